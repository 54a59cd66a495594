"""Conditional requests: Amazon S3 User Guide, "Conditional requests"; RFC 9110, section 13."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from moto.s3.models import FakeKey

from samulator.servers.aws.s3.errors import S3Error, not_implemented, precondition_failed
from samulator.servers.aws.s3.versions import Version, etag_of, unquoted

Conditions = Mapping[str, str]
_NAMES = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")


def conditions_of(headers: Mapping[str, str], prefix: str = "") -> Conditions:
    """The conditions among headers, by lower-case names without `prefix`."""
    found = {name: headers.get(prefix + name) for name in _NAMES}
    return {name: value for name, value in found.items() if value}


def check_read(key: FakeKey, conditions: Conditions) -> None:
    """Raises S3Error, 412 or 304, where a GET or HEAD is not to be answered with the object."""
    failed = _failed_precondition(key, conditions)
    if failed:
        raise precondition_failed(failed)
    if _is_unchanged(key, conditions):
        headers = {"ETag": key.etag, "Last-Modified": key.last_modified_RFC1123}
        raise S3Error("NotModified", "Not Modified", 304, headers=headers)


def check_copy(key: FakeKey, conditions: Conditions) -> None:
    """As for a read, but every failure is 412."""
    failed = _failed_precondition(key, conditions)
    if not failed and _is_unchanged(key, conditions):
        failed = "if-none-match" if "if-none-match" in conditions else "if-modified-since"
    if failed:
        raise precondition_failed(f"x-amz-copy-source-{failed}")


def check_write(now: Version | None, name: str, conditions: Conditions) -> None:
    """Raises S3Error where a write must not replace `now`. A delete marker counts as nothing."""
    etag = etag_of(now)
    wanted, unwanted = conditions.get("if-match"), conditions.get("if-none-match")
    if unwanted is not None:
        if unwanted.strip() != "*":
            raise not_implemented(
                "A header you provided implies functionality that is not implemented"
            )
        if etag is not None:
            raise precondition_failed("If-None-Match")
    if wanted is None:
        return
    if etag is None:
        raise S3Error("NoSuchKey", "The specified key does not exist.", 404, fields={"Key": name})
    if not _matches(etag, wanted):
        raise precondition_failed("If-Match")


def _failed_precondition(key: FakeKey, conditions: Conditions) -> str | None:
    etag = unquoted(key.etag)
    if "if-match" in conditions:
        return None if _matches(etag, conditions["if-match"]) else "If-Match"
    since = _time(conditions.get("if-unmodified-since"))
    if since is not None and _changed(key) > since:
        return "If-Unmodified-Since"
    return None


def _is_unchanged(key: FakeKey, conditions: Conditions) -> bool:
    if "if-none-match" in conditions:
        return _matches(unquoted(key.etag), conditions["if-none-match"])
    since = _time(conditions.get("if-modified-since"))
    return since is not None and _changed(key) <= since


def _matches(etag: str, tags: str) -> bool:
    """Whether one of the header's tags is the object's; S3 does not insist on quotes."""
    return any(tag.strip() == "*" or unquoted(tag) == etag for tag in tags.split(","))


def _changed(key: FakeKey) -> datetime:
    """To the second, as Last-Modified says it."""
    changed: datetime = key.last_modified
    return changed.replace(microsecond=0, tzinfo=UTC)


def _time(value: str | None) -> datetime | None:
    """None where a date cannot be read: such a header is passed over."""
    if value is None:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
