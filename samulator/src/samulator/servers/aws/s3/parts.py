"""Parts of multipart uploads: sent, or copied from an object."""

from moto.s3.models import FakeKey

from samulator.servers.aws.s3.checksums import HEADER, checksum
from samulator.servers.aws.s3.completion import no_such_upload
from samulator.servers.aws.s3.copies import Copies
from samulator.servers.aws.s3.errors import S3Error, invalid_argument
from samulator.servers.aws.s3.integrity import CHECKSUM
from samulator.servers.aws.s3.objects import Upload
from samulator.servers.aws.s3.response import Answer
from samulator.servers.aws.s3.sources import source_version


class Parts(Copies):
    """A part that is sent again takes the place of the one before."""

    def upload(self) -> Upload:
        """The upload that the request names. Raises S3Error, also for one of another key."""
        upload_id = self.place.query.get("uploadId", "")
        upload = self.bucket.multiparts.get(upload_id)
        if not isinstance(upload, Upload) or upload.key_name != self.place.key:
            raise no_such_upload(upload_id)
        return upload

    def part_number(self) -> int:
        value = self.place.query.get("partNumber", "")
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 10_000:
            raise invalid_argument(
                "Part number must be an integer between 1 and 10000, inclusive",
                "partNumber",
                value,
            )
        return int(value)

    def upload_part(self) -> Answer:
        upload, number = self.upload(), self.part_number()
        sent = self.place.environ[CHECKSUM]
        wanted = upload.checksum_algorithm
        if sent and wanted and sent[0] != wanted:
            raise S3Error(
                "InvalidRequest",
                f"Checksum Type mismatch occurred, expected checksum Type: {wanted.lower()}, "
                f"actual checksum Type: {sent[0].lower()}",
            )
        part = self._set_part(upload, number, self.body or b"", sent)
        algorithm, value = sent or (part.checksum_algorithm, part.checksum_value)
        told = {f"{HEADER}{algorithm.lower()}": value} if algorithm else {}
        encryption = {"x-amz-server-side-encryption": upload.template.encryption}
        return 200, {"ETag": part.etag, **told, **encryption}, b""

    def upload_part_copy(self) -> Answer:
        upload, number, source = self.upload(), self.part_number(), self.source()
        part = self._set_part(upload, number, self.source_bytes(source.key), None)
        result = {
            "LastModified": part.last_modified_ISO8601,
            "ETag": part.etag,
            f"Checksum{part.checksum_algorithm}": part.checksum_value,
        }
        return self.result("UploadPartCopy", {"CopyPartResult": result}, source_version(source))

    def _set_part(
        self, upload: Upload, number: int, value: bytes, sent: tuple[str, str] | None
    ) -> FakeKey:
        """`sent` is the checksum that the part came with, and was found to have."""
        part = upload.set_part(number, value)
        part.checksum_algorithm = upload.checksum_algorithm
        if part.checksum_algorithm:
            known = sent[1] if sent else None
            part.checksum_value = known or checksum(part.checksum_algorithm, value)
        return part
