"""What the sender says of a request's body: its digests and its length."""

import hashlib
from dataclasses import dataclass, field

from samulator.servers.aws.s3.checksums import ALGORITHMS, HEADER, Digest, is_well_formed
from samulator.servers.aws.s3.errors import S3Error, invalid_argument, not_implemented
from samulator.servers.aws.s3.request import S3Request

# Headers of this family that say something about the request, and are no checksum themselves.
_NO_CHECKSUMS = {"algorithm", "mode", "type"}
_STREAMING = {
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
}


@dataclass
class Expected:
    """What the sender says the body's digests are; `checksum_in_trailer` names the algorithm."""

    md5: str | None = None
    sha256: str | None = None
    checksum: tuple[str, str] | None = None
    checksum_in_trailer: str | None = None
    length: int | None = None
    digests: dict[str, Digest] = field(default_factory=dict)


def is_chunked(request: S3Request) -> bool:
    """Whether the body comes in aws-chunked."""
    return request.header("x-amz-content-sha256") in _STREAMING


def expected_of(request: S3Request) -> Expected:
    expected = Expected()
    expected.md5 = _content_md5(request)
    expected.sha256 = _content_sha256(request)
    if is_chunked(request):
        expected.length = _decoded_length(request)
    if not (request.method == "POST" and "uploadId" in request.query):
        # There the checksums are those of the object that the parts make, not of the body.
        expected.checksum, expected.checksum_in_trailer = _declared_checksum(request)
    algorithm = expected.checksum_in_trailer or (expected.checksum or ("", ""))[0]
    if algorithm:
        expected.digests[algorithm] = ALGORITHMS[algorithm]()
    if expected.md5:
        expected.digests["MD5"] = hashlib.md5(usedforsecurity=False)
    if expected.sha256:
        expected.digests["content"] = hashlib.sha256()
    return expected


def _content_md5(request: S3Request) -> str | None:
    value = request.header("content-md5")
    if value is not None and not is_well_formed(value, 16):
        raise S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.")
    return value


def _content_sha256(request: S3Request) -> str | None:
    """The digest in hexadecimal, None where the sender gave none."""
    value = request.header("x-amz-content-sha256")
    if value is None or value == "UNSIGNED-PAYLOAD" or value in _STREAMING:
        return None
    if len(value) != 64 or value.strip("0123456789abcdef"):
        raise invalid_argument(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
            "x-amz-content-sha256",
            value,
        )
    return value


def _decoded_length(request: S3Request) -> int:
    value = request.header("x-amz-decoded-content-length") or ""
    if not value.isascii() or not value.isdigit():
        raise S3Error(
            "MissingContentLength", "You must provide the Content-Length HTTP header.", 411
        )
    return int(value)


def _declared_checksum(request: S3Request) -> tuple[tuple[str, str] | None, str | None]:
    """The checksum in a header with its algorithm, and the algorithm of one that trails."""
    sent = {
        name.upper(): value
        for name, value in request.headers(HEADER).items()
        if name not in _NO_CHECKSUMS
    }
    trailing = (request.header("x-amz-trailer") or "").strip().lower()
    in_trailer = trailing.removeprefix(HEADER).upper() if trailing.startswith(HEADER) else None
    names = [*sent, *([in_trailer] if in_trailer else [])]
    for name in names:
        check_algorithm(name)
    if len(names) > 1:
        raise S3Error(
            "InvalidRequest",
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        )
    _check_sdk_algorithm(request, names)
    for name, value in sent.items():
        check_value(name, value, "header")
    return next(iter(sent.items()), None), in_trailer


def check_value(algorithm: str, value: str, place: str) -> None:
    """Raises S3Error for what no checksum of the algorithm looks like; `place` is for people."""
    if not is_well_formed(value, len(ALGORITHMS[algorithm]().digest())):
        text = f"Value for {HEADER}{algorithm.lower()} {place} is invalid."
        raise S3Error("InvalidRequest", text)


def check_algorithm(name: str) -> None:
    """Raises S3Error for an algorithm that is not served here or not known to S3."""
    if name in ("MD5", "SHA512", "XXHASH3", "XXHASH64", "XXHASH128"):
        raise not_implemented(f"Checksums by {name} are not emulated here")
    if name not in ALGORITHMS:
        raise S3Error(
            "InvalidRequest",
            "Checksum algorithm provided is unsupported. Please try again with any of the valid "
            f"types: [{', '.join(ALGORITHMS)}]",
        )


def _check_sdk_algorithm(request: S3Request, names: list[str]) -> None:
    named = request.header("x-amz-sdk-checksum-algorithm")
    if named is None or "x-amz-copy-source" in request.headers(""):
        return
    check_algorithm(named.upper())
    if names != [named.upper()]:
        raise S3Error(
            "InvalidRequest",
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* "
            "or x-amz-trailer headers were found.",
        )
