"""Presigned URLs: until when they hold, and whether what they sign is what was asked.

Amazon S3 API Reference, "Authenticating requests: Using query parameters". Anybody may sign: only
for the key id `local`, whose secret is known, is the signature itself compared.
"""

import base64
import hashlib
import hmac
import re
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from samulator.servers.aws.s3.errors import S3Error, access_denied
from samulator.servers.aws.s3.request import S3Request

KEY_ID = "local"
_SECRET = "local"  # noqa: S105 # nosec B105 # what local servers take
_TIME = "%Y%m%dT%H%M%SZ"
_A_WEEK = 604_800
_DIGITS = re.compile("[0-9]+")
# Until the year 9999; more is no time that anybody means.
_SECONDS = re.compile("[0-9]{1,11}")
_SCOPE_LENGTH = 4
_SKEW = timedelta(minutes=15)
_VERSION_4 = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
_VERSION_2 = ("AWSAccessKeyId", "Expires", "Signature")


def check_presigned(request: S3Request) -> None:
    """Raises S3Error for a presigned URL that does not hold (any more). Others pass."""
    if request.method == "OPTIONS":
        # A browser asks with this before it uses the URL, and signs nothing.
        return
    query = request.query
    if "X-Amz-Algorithm" in query or "X-Amz-Signature" in query:
        _check_version_4(request)
    elif "Signature" in query or "AWSAccessKeyId" in query:
        _check_version_2(query)


def _check_version_2(query: dict[str, str]) -> None:
    missing = [name for name in _VERSION_2 if name not in query]
    if missing:
        raise access_denied(
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
            "parameters"
        )
    if not _SECONDS.fullmatch(query["Expires"]):
        raise access_denied(f"Invalid date (should be seconds since epoch): {query['Expires']}")
    if int(query["Expires"]) < time.time():
        raise _expired(datetime.fromtimestamp(int(query["Expires"]), UTC))


def _check_version_4(request: S3Request) -> None:
    query = request.query
    if any(f"X-Amz-{name}" not in query for name in _VERSION_4):
        raise _bad_parameters(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, "
            "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
            "X-Amz-Expires parameters."
        )
    seconds = _seconds(query["X-Amz-Expires"])
    try:
        signed = datetime.strptime(query["X-Amz-Date"], _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise _bad_parameters(
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        ) from error
    now = datetime.now(UTC)
    if signed > now + _SKEW:
        raise access_denied("Request is not valid yet")
    if now - signed > timedelta(seconds=seconds):
        raise _expired(signed + timedelta(seconds=seconds), seconds)
    key_id, *scope = query["X-Amz-Credential"].split("/")
    if len(scope) != _SCOPE_LENGTH:
        raise _bad_parameters(
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed"
        )
    if key_id == KEY_ID:
        _compare_signature(request, scope)


def _seconds(value: str) -> int:
    if value.startswith("-") and _DIGITS.fullmatch(value[1:]):
        raise _bad_parameters("X-Amz-Expires must be non-negative")
    if not _DIGITS.fullmatch(value):
        raise _bad_parameters("X-Amz-Expires should be a number")
    if not _SECONDS.fullmatch(value) or int(value) > _A_WEEK:
        raise _bad_parameters(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given "
            "X-Amz-Expires must be less than 604800 seconds"
        )
    return int(value)


def _bad_parameters(message: str) -> S3Error:
    return S3Error("AuthorizationQueryParametersError", message)


def _expired(until: datetime, seconds: int | None = None) -> S3Error:
    lifetime = {} if seconds is None else {"X-Amz-Expires": seconds}
    times = {"Expires": _iso(until), "ServerTime": _iso(datetime.now(UTC))}
    return access_denied("Request has expired", **lifetime, **times)


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _compare_signature(request: S3Request, scope: list[str]) -> None:
    query = request.query
    canonical = hashlib.sha256(_canonical(request).encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", query["X-Amz-Date"], "/".join(scope), canonical))
    if not hmac.compare_digest(sign(text, scope), query["X-Amz-Signature"]):
        raise signature_does_not_match()


def sign(text: str, scope: list[str]) -> str:
    """Version 4, by the local secret. `scope` is date, region, service, "aws4_request"."""
    key = f"AWS4{_SECRET}".encode()
    for part in [*scope, text]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def sign_policy_2(policy: str) -> str:
    """The signature of a form's policy by version 2."""
    digest = hmac.new(_SECRET.encode(), policy.encode(), hashlib.sha1)
    return base64.b64encode(digest.digest()).decode()


def signature_does_not_match() -> S3Error:
    return S3Error(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
        403,
    )


def _canonical(request: S3Request) -> str:
    """The canonical request, as the one who signed must have written it."""
    path = quote(unquote_to_bytes(request.path), safe="/~")
    pairs = sorted(
        (quote(name, safe="~"), quote(value, safe="~"))
        for name, value in parse_qsl(request.environ["QUERY_STRING"], keep_blank_values=True)
        if name != "X-Amz-Signature"
    )
    names = request.query["X-Amz-SignedHeaders"].split(";")
    headers = "".join(
        f"{name}:{' '.join((request.header(name) or '').split())}\n" for name in names
    )
    query = "&".join(f"{name}={value}" for name, value in pairs)
    payload = request.header("x-amz-content-sha256") or "UNSIGNED-PAYLOAD"
    return "\n".join((request.method, path, query, headers, ";".join(names), payload))
