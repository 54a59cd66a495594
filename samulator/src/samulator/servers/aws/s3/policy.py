"""The policy of a browser's form: what it lets be uploaded, and until when.

Amazon S3 API Reference, "Browser-based uploads using POST": "POST policy" and its conditions.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from samulator.servers.aws.s3.errors import S3Error, access_denied

# Fields that need no condition; all others that a form has must be named by one.
_UNCONDITIONED = {"awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"}
_LISTS = {"content-type"}
_FORMATS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class Policy:
    """`conditions` as the document has them, exact matches in the form of lists too."""

    expiration: datetime
    conditions: tuple[tuple[Any, ...], ...]

    @classmethod
    def parse(cls, encoded: str) -> "Policy":
        """Raises S3Error, code InvalidPolicyDocument, for anything that is no policy."""
        try:
            document = json.loads(base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError, RecursionError) as error:
            raise _invalid("Invalid JSON.") from error
        if not isinstance(document, dict):
            raise _invalid("Invalid JSON.")
        if "expiration" not in document:
            raise _invalid("Policy missing expiration.")
        conditions = document.get("conditions")
        if not isinstance(conditions, list):
            raise _invalid("Policy missing conditions.")
        return cls(_time(document["expiration"]), tuple(_conditions(conditions)))

    def check_time(self, now: datetime) -> None:
        """Raises S3Error after the policy's end."""
        if self.expiration < now:
            raise access_denied("Invalid according to Policy: Policy expired.")

    def check_fields(self, fields: Mapping[str, str]) -> None:
        """`fields` by lower-case names, `bucket` among them. Raises S3Error."""
        named = {"bucket"}
        for operator, name, value in self.conditions:
            if operator == "content-length-range":
                continue
            named.add(name)
            if not _holds(operator, name, value, fields.get(name, "")):
                failed = json.dumps([operator, f"${name}", value])
                raise access_denied(
                    f"Invalid according to Policy: Policy Condition failed: {failed}"
                )
        extra = [
            name
            for name in fields
            if name not in named | _UNCONDITIONED and not name.startswith("x-ignore-")
        ]
        if extra:
            raise access_denied(
                f"Invalid according to Policy: Extra input fields: {', '.join(extra)}"
            )

    def check_size(self, size: int) -> None:
        """Raises S3Error for a file, in bytes, outside the range."""
        for operator, least, most in self.conditions:
            if operator != "content-length-range":
                continue
            if size > most:
                raise S3Error(
                    "EntityTooLarge",
                    "Your proposed upload exceeds the maximum allowed size",
                    fields={"ProposedSize": size, "MaxSizeAllowed": most},
                )
            if size < least:
                raise S3Error(
                    "EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size",
                    fields={"ProposedSize": size, "MinSizeAllowed": least},
                )


def _holds(operator: str, name: str, wanted: str, value: str) -> bool:
    values = value.split(",") if name in _LISTS else [value]
    if operator == "starts-with":
        return all(each.strip().startswith(wanted) for each in values)
    return value == wanted


def _conditions(document: list[Any]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for condition in document:
        if isinstance(condition, dict):
            found += [_condition("eq", f"${name}", value) for name, value in condition.items()]
        elif isinstance(condition, list) and len(condition) == 3:
            found.append(_condition(*condition))
        else:
            raise _invalid(f"Invalid condition: {json.dumps(condition)}")
    return found


def _condition(operator: object, first: object, second: object) -> tuple[Any, ...]:
    if not isinstance(operator, str):
        raise _invalid("Invalid condition operator.")
    kind = operator.lower()
    if kind == "content-length-range":
        try:
            return kind, int(str(first)), int(str(second))
        except ValueError as error:
            raise _invalid("content-length-range needs two whole numbers.") from error
    is_named = isinstance(first, str) and first.startswith("$")
    if kind not in ("eq", "starts-with") or not is_named or not isinstance(second, str):
        raise _invalid(f"Invalid condition: {json.dumps([operator, first, second])}")
    return kind, str(first)[1:].lower(), second


def _time(value: object) -> datetime:
    for form in _FORMATS:
        try:
            return datetime.strptime(str(value), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise _invalid(f"Invalid 'expiration' value: {value!r}")


def _invalid(message: str) -> S3Error:
    return S3Error("InvalidPolicyDocument", f"Invalid Policy: {message}")
