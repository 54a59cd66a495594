"""What is told of an object: in headers, and in the answer to GetObjectAttributes."""

from typing import Any

from moto.s3.models import FakeKey

from samulator.servers.aws.s3.checksums import HEADER
from samulator.servers.aws.s3.objects import Part, StoredObject


def headers_of(key: FakeKey) -> dict[str, Any]:
    """What every answer that shows an object says of it."""
    return {**key.metadata} | headers_beside_metadata(key) | {"Accept-Ranges": "bytes"}


def headers_beside_metadata(key: FakeKey) -> dict[str, Any]:
    """Without the name that moto gives the checksum's algorithm in, which S3 has not."""
    own = ("x-amz-sdk-checksum-algorithm", "x-amz-version-id")
    return {name: value for name, value in key.response_dict.items() if name not in own}


def checksum_headers(key: FakeKey) -> dict[str, str]:
    if not key.checksum_algorithm or not key.checksum_value:
        return {}
    return {
        f"{HEADER}{key.checksum_algorithm.lower()}": key.checksum_value,
        f"{HEADER}type": key.checksum_type or "FULL_OBJECT",
    }


def parts_of(key: FakeKey) -> tuple[Part, ...]:
    """Those of an object that a multipart upload made."""
    return key.parts if isinstance(key, StoredObject) else ()


def checksum_members(key: FakeKey) -> dict[str, str | None] | None:
    if not key.checksum_algorithm:
        return None
    return {
        f"Checksum{key.checksum_algorithm}": key.checksum_value,
        "ChecksumType": key.checksum_type or "FULL_OBJECT",
    }


def parts_members(key: FakeKey, after: int, most: int) -> dict[str, Any] | None:
    """`most` of the parts whose numbers are above `after`; the parts alone where S3 lists them."""
    parts = parts_of(key)
    if not parts:
        return None
    members: dict[str, Any] = {"TotalPartsCount": len(parts)}
    if all(part.checksum for part in parts):
        members |= {"PartNumberMarker": after, "MaxParts": most}
        members |= {"IsTruncated": after + most < len(parts)}
        members["Parts"] = [
            {
                "PartNumber": number,
                "Size": part.size,
                f"Checksum{key.checksum_algorithm}": part.checksum,
            }
            for number, part in [*enumerate(parts, 1)][after : after + most]
        ]
        members["NextPartNumberMarker"] = min(after + most, len(parts))
    return members
