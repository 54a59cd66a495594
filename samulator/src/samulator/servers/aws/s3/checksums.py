"""The checksums that S3 knows: by name, as base64, computed while data passes."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Iterable
from typing import Protocol

from samulator.servers.aws.s3.crc import CRC32C, CRC64NVME

HEADER = "x-amz-checksum-"


class Digest(Protocol):
    """As hashlib's."""

    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class _CrcDigest:
    def __init__(self, update: Callable[[bytes, int], int], size: int) -> None:
        self._update, self._size, self._value = update, size, 0

    def update(self, data: bytes, /) -> None:
        self._value = self._update(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


ALGORITHMS: dict[str, Callable[[], Digest]] = {
    "CRC32": lambda: _CrcDigest(zlib.crc32, 4),
    "CRC32C": lambda: _CrcDigest(CRC32C.update, 4),
    "CRC64NVME": lambda: _CrcDigest(CRC64NVME.update, 8),
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
}
# What S3 makes of a multipart upload that names no type. The others' parts cannot be joined.
DEFAULT_TYPE = dict.fromkeys(ALGORITHMS, "COMPOSITE") | {"CRC64NVME": "FULL_OBJECT"}
_IMPOSSIBLE = {("CRC64NVME", "COMPOSITE"), ("SHA1", "FULL_OBJECT"), ("SHA256", "FULL_OBJECT")}


def is_possible(algorithm: str, kind: str) -> bool:
    """Whether multipart uploads may have a checksum of this algorithm and type."""
    return kind in ("COMPOSITE", "FULL_OBJECT") and (algorithm, kind) not in _IMPOSSIBLE


def checksum(algorithm: str, data: bytes) -> str:
    """In base64, as S3's headers give it."""
    digest = ALGORITHMS[algorithm]()
    digest.update(data)
    return encoded(digest)


def composite(algorithm: str, parts: Iterable[str]) -> str:
    """The checksum of the parts' checksums, with their number, as of a multipart upload."""
    values = [base64.b64decode(part) for part in parts]
    return f"{checksum(algorithm, b''.join(values))}-{len(values)}"


def encoded(digest: Digest) -> str:
    return base64.b64encode(digest.digest()).decode()


def is_well_formed(value: str, size: int) -> bool:
    """Whether `value` is base64 of `size` bytes."""
    try:
        return len(base64.b64decode(value, validate=True)) == size
    except (binascii.Error, ValueError):
        return False
