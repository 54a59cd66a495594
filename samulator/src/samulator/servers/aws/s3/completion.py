"""The list of parts that completes a multipart upload, held against the parts that were sent."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree  # nosec B405 - see Completion.read

from moto.s3.models import FakeKey

from samulator.servers.aws.s3.checksums import HEADER, checksum, composite
from samulator.servers.aws.s3.declared import check_algorithm
from samulator.servers.aws.s3.errors import S3Error, malformed_xml
from samulator.servers.aws.s3.integrity import bad_checksum
from samulator.servers.aws.s3.objects import Part, Upload
from samulator.servers.aws.s3.ranges import read_piece
from samulator.servers.aws.s3.request import S3Request
from samulator.servers.aws.s3.versions import unquoted

_SMALLEST_PART = 5 << 20
_MOST_PARTS = 10_000


@dataclass(frozen=True)
class Named:
    """A part as the request names it."""

    number: int
    etag: str
    checksums: dict[str, str]


@dataclass(frozen=True)
class Completion:
    """`parts` are those named, in order."""

    upload: Upload
    parts: tuple[FakeKey, ...]
    etag: str

    @classmethod
    def read(cls, body: bytes, upload: Upload) -> "Completion":
        """Raises S3Error where the list is none, out of order, or names what was not sent."""
        named = _named(body)
        numbers = [part.number for part in named]
        if numbers != sorted(set(numbers)):
            raise S3Error(
                "InvalidPartOrder",
                "The list of parts was not in ascending order. The parts list must be specified "
                "in order by part number.",
            )
        parts = tuple(_sent(upload, part) for part in named)
        for part, name in zip(parts[:-1], named, strict=False):
            if part.size < _SMALLEST_PART:
                raise _too_small(part, name)
        joined = b"".join(bytes.fromhex(unquoted(part.etag)) for part in parts)
        digest = hashlib.md5(joined, usedforsecurity=False).hexdigest()
        return cls(upload, parts, f"{digest}-{len(parts)}")

    @cached_property
    def value(self) -> bytes:
        """The whole object."""
        return b"".join(read_piece(part, None) for part in self.parts)

    def checksum(self) -> str | None:
        """Of the upload's algorithm and type; None where it has none."""
        algorithm = self.upload.checksum_algorithm
        if algorithm is None:
            return None
        if self.upload.checksum_type == "FULL_OBJECT":
            return checksum(algorithm, self.value)
        return composite(algorithm, (str(part.checksum_value) for part in self.parts))

    def as_kept(self) -> tuple[Part, ...]:
        """What the finished object knows of its parts."""
        return tuple(Part(part.size, part.checksum_value) for part in self.parts)

    def check(self, request: S3Request) -> None:
        """Raises S3Error where the request says another size or checksum of the whole."""
        size = request.header("x-amz-mp-object-size")
        if size is not None and size != str(sum(part.size for part in self.parts)):
            raise S3Error(
                "InvalidRequest",
                f"The provided 'x-amz-mp-object-size' header value {size} does not match what "
                "was computed.",
            )
        algorithm = self.upload.checksum_algorithm
        said = request.header(f"{HEADER}{algorithm.lower()}") if algorithm else None
        if said is not None and said.partition("-")[0] != str(self.checksum()).partition("-")[0]:
            raise bad_checksum(str(algorithm))


def _named(body: bytes) -> list[Named]:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 # nosec B314 - by whoever runs this S3
        named = [_part(element) for element in root.iterfind("{*}Part")]
    except (ElementTree.ParseError, ValueError) as error:
        raise malformed_xml() from error
    if not named or len(named) > _MOST_PARTS:
        raise malformed_xml()
    return named


def _part(element: ElementTree.Element) -> Named:
    """Raises ValueError for a part without number or ETag."""
    values = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in element}
    if not values.get("ETag"):
        raise ValueError("a part needs an ETag")
    checksums = {
        name.removeprefix("Checksum"): value
        for name, value in values.items()
        if name.startswith("Checksum")
    }
    return Named(int(values.get("PartNumber", "")), unquoted(values["ETag"]), checksums)


def _sent(upload: Upload, named: Named) -> FakeKey:
    part = upload.parts.get(named.number)
    if part is None or unquoted(part.etag) != named.etag:
        raise _invalid_part(upload, named)
    algorithm = upload.checksum_algorithm
    said = named.checksums.get(str(algorithm))
    if said is None and upload.checksum_type == "COMPOSITE":
        raise _lacks_checksum(str(algorithm), named)
    for other, value in named.checksums.items():
        # Whatever the upload's own algorithm is, no checksum that came is passed over.
        check_algorithm(other)
        if value != (part.checksum_value if other == algorithm else checksum(other, part.value)):
            raise _invalid_part(upload, named)
    return part


def _lacks_checksum(algorithm: str, named: Named) -> S3Error:
    for other in named.checksums:
        return S3Error(
            "BadDigest",
            f"The {other.lower()} you specified for part {named.number} did not match what we "
            "received.",
        )
    return S3Error(
        "InvalidRequest",
        f"The upload was created using a {algorithm.lower()} checksum. The complete request must "
        f"include the checksum for each part. It was missing for part {named.number} in the "
        "request.",
    )


def _invalid_part(upload: Upload, named: Named) -> S3Error:
    return S3Error(
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been "
        "uploaded, or the specified entity tag may not match the part's entity tag.",
        fields={"UploadId": upload.id, "PartNumber": named.number, "ETag": named.etag},
    )


def _too_small(part: FakeKey, named: Named) -> S3Error:
    return S3Error(
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
        fields={
            "ProposedSize": part.size,
            "MinSizeAllowed": _SMALLEST_PART,
            "PartNumber": named.number,
            "ETag": named.etag,
        },
    )


def no_such_upload(upload_id: str) -> S3Error:
    return S3Error(
        "NoSuchUpload",
        "The specified multipart upload does not exist. The upload ID may be invalid, or the "
        "upload may have been aborted or completed.",
        404,
        fields={"UploadId": upload_id},
    )
