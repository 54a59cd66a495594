"""Copies of whole objects."""

from moto.s3.models import FakeKey

from samulator.servers.aws.s3.checksums import checksum
from samulator.servers.aws.s3.conditions import check_write, conditions_of
from samulator.servers.aws.s3.declared import check_algorithm
from samulator.servers.aws.s3.errors import S3Error, invalid_argument
from samulator.servers.aws.s3.names import LARGEST_UPLOAD
from samulator.servers.aws.s3.objects import StoredObject
from samulator.servers.aws.s3.ranges import read_piece
from samulator.servers.aws.s3.response import Answer
from samulator.servers.aws.s3.sources import CopySource, Sources, source_version
from samulator.servers.aws.s3.versions import add, current
from samulator.servers.aws.s3.writes import Writes

_DIRECTIVES = ("COPY", "REPLACE")


class Copies(Sources, Writes):
    """A copy is an object of one part, whatever its source was made of."""

    def copy_object(self) -> Answer:
        source = self.source()
        bucket, name = self.bucket, self.place.key
        check_write(current(bucket, name), name, conditions_of(self.headers))
        replaces_metadata = self._replaces("metadata")
        self._check_change(source, replaces_metadata=replaces_metadata)
        if source.key.size > LARGEST_UPLOAD:
            raise S3Error(
                "InvalidRequest",
                "The specified copy source is larger than the maximum allowable size for a copy "
                f"source: {LARGEST_UPLOAD}",
            )
        key = self.new_object(
            read_piece(source.key, None), self.headers.get("x-amz-storage-class", "STANDARD")
        )
        key.set_metadata(self.sent_metadata() if replaces_metadata else {**source.key.metadata})
        key.set_acl(self.sent_acl())
        self._add_checksum(key, source.key)
        tags = self._copied_tags(source.key)
        add(bucket, key)
        self.set_tags(key, tags)
        self.changed("ObjectCreated:Copy", key)
        return self._copied(key, source)

    def _copied(self, key: FakeKey, source: CopySource) -> Answer:
        result = {
            "ETag": key.etag,
            "LastModified": key.last_modified_ISO8601,
            f"Checksum{key.checksum_algorithm}": key.checksum_value,
            "ChecksumType": key.checksum_type,
        }
        headers = self.written(key) | source_version(source)
        del headers["ETag"]
        return self.result("CopyObject", {"CopyObjectResult": result}, headers)

    def _replaces(self, what: str) -> bool:
        name = f"x-amz-{what}-directive"
        directive = self.headers.get(name, "COPY")
        if directive not in _DIRECTIVES:
            raise invalid_argument(f"Unknown {what} directive.", name, directive)
        return bool(directive == "REPLACE")

    def _check_change(self, source: CopySource, *, replaces_metadata: bool) -> None:
        """Raises S3Error where an object would be copied onto itself as it is."""
        onto_itself = (source.key.bucket_name, source.key.name) == (
            self.bucket_name,
            self.place.key,
        )
        changes = replaces_metadata or any(
            self.headers.get(name)
            for name in (
                "x-amz-storage-class",
                "x-amz-server-side-encryption",
                "x-amz-website-redirect-location",
                "x-amz-checksum-algorithm",
            )
        )
        if onto_itself and not changes and not source.version_id:
            raise S3Error(
                "InvalidRequest",
                "This copy request is illegal because it is trying to copy an object to itself "
                "without changing the object's metadata, storage class, website redirect "
                "location or encryption attributes.",
            )

    def _add_checksum(self, key: StoredObject, source: FakeKey) -> None:
        """Of the whole copy, also where the source's was of its parts."""
        algorithm = self.headers.get("x-amz-checksum-algorithm")
        if algorithm:
            check_algorithm(algorithm)
        algorithm = algorithm or source.checksum_algorithm
        if algorithm:
            key.set_checksum(algorithm, checksum(algorithm, read_piece(key, None)), "FULL_OBJECT")

    def _copied_tags(self, source: FakeKey) -> list[dict[str, str]]:
        if self._replaces("tagging"):
            return self.sent_tags()
        tags: list[dict[str, str]] = self.backend.get_object_tagging(source)["Tags"]
        return tags
