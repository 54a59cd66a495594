"""Which bytes of an object a request asks for: by Range, or by a part's number."""

import re
from dataclasses import dataclass

from moto.s3.models import FakeKey

from samulator.servers.aws.s3.errors import S3Error
from samulator.servers.aws.s3.objects import StoredObject

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Piece:
    """The bytes `first` to `last`, both included, of `size`."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size}"

    @property
    def is_whole(self) -> bool:
        return self.length == self.size


def asked_range(value: str | None, size: int) -> Piece | None:
    """None for the whole object: S3 passes over what is no range, and over several ranges.

    Raises S3Error, 416, for a range that starts behind the end.
    """
    match = _RANGE.fullmatch(value.replace(" ", "")) if value else None
    if match is None or not any(match.groups()):
        return None
    start, end = match.groups()
    if start and end and int(start) > int(end):
        return None
    first = int(start) if start else size - min(int(end), size)
    last = min(int(end), size - 1) if start and end else size - 1
    if first > last:
        raise S3Error(
            "InvalidRange",
            "The requested range is not satisfiable",
            416,
            fields={"RangeRequested": value, "ActualObjectSize": size},
            headers={"Content-Range": f"bytes */{size}"},
        )
    return Piece(first, last, size)


def asked_part(value: str, sizes: list[int]) -> Piece | None:
    """The bytes of part `value` of an object with parts of these sizes; None for an empty one.

    Raises S3Error where there is no such part.
    """
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 10_000:
        raise S3Error(
            "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"
        )
    number = int(value)
    if number > len(sizes):
        raise S3Error(
            "InvalidPartNumber",
            "The requested partnumber is not satisfiable",
            416,
            fields={"PartNumberRequested": number, "ActualPartCount": len(sizes)},
        )
    first = sum(sizes[: number - 1])
    size = sizes[number - 1]
    return Piece(first, first + size - 1, sum(sizes)) if size else None


def read_piece(key: FakeKey, piece: Piece | None) -> bytes:
    """Without reading the rest of a large object."""
    if isinstance(key, StoredObject):
        return key.content.read(piece.first, piece.length) if piece else key.content.read()
    # One that moto wrote: a log of the bucket's requests.
    with key.lock:
        buffer = key._value_buffer  # moto has no reader of pieces
        buffer.seek(piece.first if piece else 0)
        content: bytes = buffer.read(piece.length if piece else -1)
    return content
