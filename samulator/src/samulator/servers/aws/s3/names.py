"""The names and sizes that S3 takes: Amazon S3 User Guide, "Bucket naming rules" and others."""

import ipaddress
import re

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.s3.errors import S3Error, access_denied, not_implemented
from samulator.servers.aws.s3.request import S3Request

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_LONGEST_KEY = 1024
_METADATA_LIMIT = 2048
LARGEST_UPLOAD = 5 << 30


def check_names(request: S3Request) -> None:
    """Raises S3Error for what S3 refuses by its name or size alone."""
    if _creates_bucket(request) and not is_bucket_name(request.bucket):
        raise S3Error(
            "InvalidBucketName",
            "The specified bucket is not valid.",
            fields={"BucketName": request.bucket},
        )
    size = len(request.key.encode())
    if size > _LONGEST_KEY:
        raise S3Error(
            "KeyTooLongError",
            "Your key is too long",
            fields={"Size": size, "MaxSizeAllowed": _LONGEST_KEY},
        )
    metadata = sum(len(name) + len(value) for name, value in request.headers("x-amz-meta-").items())
    if metadata > _METADATA_LIMIT:
        raise S3Error(
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
            fields={"Size": metadata, "MaxSizeAllowed": _METADATA_LIMIT},
        )
    for name in ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"):
        if request.header(name) not in (None, ACCOUNT_ID):
            raise access_denied()
    if request.header("x-amz-write-offset-bytes"):
        raise not_implemented("Objects of buckets like these cannot be appended to")
    if request.headers("x-amz-server-side-encryption-customer-"):
        raise not_implemented("Encryption with a key of the customer is not emulated here")


def check_length(request: S3Request) -> None:
    """Raises S3Error for a body whose length is not said, or is above what one upload may have."""
    length = request.header("content-length")
    decoded = request.header("x-amz-decoded-content-length")
    if request.header("transfer-encoding") and decoded is None:
        raise not_implemented("A header you provided implies functionality that is not implemented")
    if request.method == "PUT" and request.key and length is None and decoded is None:
        raise S3Error(
            "MissingContentLength", "You must provide the Content-Length HTTP header.", 411
        )
    size = decoded or length or "0"
    if size.isdigit() and int(size) > LARGEST_UPLOAD:
        raise S3Error(
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
            fields={"ProposedSize": size, "MaxSizeAllowed": LARGEST_UPLOAD},
        )


def is_bucket_name(name: str) -> bool:
    """Whether S3 lets a bucket have this name."""
    if not _BUCKET.fullmatch(name) or ".." in name:
        return False
    if name.startswith(_RESERVED_STARTS) or name.endswith(_RESERVED_ENDS):
        return False
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return True
    return False


def _creates_bucket(request: S3Request) -> bool:
    return request.method == "PUT" and bool(request.bucket) and not request.key
