"""moto's objects and uploads with what S3 keeps beside: parts and checksums."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from moto.core.utils import utcnow
from moto.s3.models import FakeKey, FakeMultipart
from requests.structures import CaseInsensitiveDict

from samulator.servers.aws.s3.contents import Content

Tags = list[dict[str, str]]


@dataclass(frozen=True)
class Part:
    """One part of a finished object; size in bytes."""

    size: int
    checksum: str | None


class StoredObject(FakeKey):
    """`parts` and `upload_id` are those of the multipart upload that made it, if one did.

    `row` is its number among what is kept on disk, None while it is not kept.
    """

    parts: tuple[Part, ...] = ()
    upload_id: str | None = None
    row: int | None = None
    content: Content

    def __new__(cls, *_values: object, **_options: object) -> "StoredObject":
        """Past moto, which lists all objects that ever were and so keeps them for ever."""
        return object.__new__(cls)

    @property
    def value(self) -> bytes:
        """All bytes, in place of moto's buffer of them."""
        return self.content.read()

    @value.setter
    def value(self, new_value: bytes) -> None:
        self.hold(Content(new_value))

    def hold(self, content: Content) -> None:
        self.content = content
        self.contentsize = content.size

    @property
    def etag(self) -> str:
        """In quotes, as headers have it."""
        if self._etag is None:
            self._etag = hashlib.md5(self.content.read(), usedforsecurity=False).hexdigest()
        return f'"{self._etag}"'

    def set_checksum(self, algorithm: str | None, value: str | None, kind: str | None) -> None:
        self.checksum_algorithm = algorithm
        self.checksum_value = value
        self.checksum_type = kind if algorithm else None


class Upload(FakeMultipart):
    """`template` is an empty object, encrypted and locked as the finished one is to be."""

    def __init__(self, template: StoredObject, metadata: dict[str, str], tags: Tags) -> None:
        super().__init__(
            template.name,
            CaseInsensitiveDict(metadata),
            account_id=template.account_id,
            region_name=template.region_name,
            storage=template.storage_class,
        )
        self.template = template
        self.sent_tags = tags
        self.initiated: datetime = utcnow()
        self.checksum_algorithm: str | None = None
        self.checksum_type: str | None = None

    def set_part(self, part_id: int, value: bytes) -> StoredObject:
        """A part that is sent again takes the place of the one before."""
        part = StoredObject(
            name=str(part_id),
            value=value,
            account_id=self.account_id,
            region_name=self.region_name,
        )
        self.add_part(part_id, part)
        return part

    def add_part(self, number: int, part: StoredObject) -> None:
        self.parts[number] = part
        self.partlist = sorted(self.parts)

    def finish(self, stored: StoredObject) -> None:
        """Gives `stored` what the request that began the upload asked for."""
        stored.lock_mode, stored.lock_until = self.template.lock_mode, self.template.lock_until
        stored.lock_legal_status = self.template.lock_legal_status
        stored.website_redirect_location = self.template.website_redirect_location
        stored.upload_id = self.id
        stored.set_metadata({**self.metadata})
        stored.set_acl(self.acl)
