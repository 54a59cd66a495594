"""Multipart uploads: begun, filled with parts, completed or given up.

Amazon S3 User Guide, "Uploading and copying objects using multipart upload".
"""

from typing import Any

from moto.core.request import Request
from moto.s3.models import FakeKey

from local.aws.s3.checksums import DEFAULT_TYPE, HEADER, checksum, is_possible
from local.aws.s3.completion import Completion, no_such_upload
from local.aws.s3.conditions import check_write, conditions_of
from local.aws.s3.copies import Copies, source_version
from local.aws.s3.errors import S3Error, invalid_argument
from local.aws.s3.integrity import CHECKSUM, check_algorithm
from local.aws.s3.objects import StoredObject, Upload
from local.aws.s3.response import Answer
from local.aws.s3.versions import add, current


class Uploads(Copies):
    """From CreateMultipartUpload to its completion or abortion."""

    def _key_response_post(
        self, request: Request, body: bytes, bucket_name: str, query: dict[str, Any], key_name: str
    ) -> Answer:
        if "uploads" in query:
            return self.create_multipart_upload()
        if "uploadId" in query:
            return self.complete_multipart_upload()
        if not {"restore", "select"} & query.keys():
            raise S3Error(
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
                405,
                fields={"Method": "POST", "ResourceType": "OBJECT"},
            )
        key = self.found()
        answer = super()._key_response_post(request, body, bucket_name, query, key_name)
        if "restore" in query:
            # Done at once: nothing here takes hours.
            self.changed("ObjectRestore:Post", key)
            self.changed("ObjectRestore:Completed", key)
        return answer

    def create_multipart_upload(self) -> Answer:
        algorithm, kind = self._asked_checksum()
        # Encryption, locks and storage class are those of the request that begins the upload.
        template = self.new_object(b"", self.headers.get("x-amz-storage-class", "STANDARD"))
        upload = Upload(template, self.sent_metadata(), self.sent_tags())
        upload.acl = self.sent_acl()
        upload.checksum_algorithm, upload.checksum_type = algorithm, kind
        self.bucket.multiparts[upload.id] = upload
        result = {"Bucket": self.bucket_name, "Key": self.place.key, "UploadId": upload.id}
        told = {"x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": kind}
        headers = {name: value for name, value in told.items() if value}
        headers["x-amz-server-side-encryption"] = str(template.encryption)
        return self.result("CreateMultipartUpload", result, headers)

    def _asked_checksum(self) -> tuple[str | None, str | None]:
        algorithm = self.headers.get("x-amz-checksum-algorithm")
        kind = self.headers.get("x-amz-checksum-type")
        if algorithm is None:
            if kind is not None:
                raise S3Error(
                    "InvalidRequest",
                    "The x-amz-checksum-type header can only be used with the "
                    "x-amz-checksum-algorithm header.",
                )
            return None, None
        check_algorithm(algorithm)
        kind = kind or DEFAULT_TYPE[algorithm]
        if not is_possible(algorithm, kind):
            raise S3Error(
                "InvalidRequest",
                f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum "
                "algorithm.",
            )
        return algorithm, kind

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

    def abort_multipart_upload(self) -> Answer:
        del self.bucket.multiparts[self.upload().id]
        return 204, {}, b""

    def complete_multipart_upload(self) -> Answer:
        bucket, name = self.bucket, self.place.key
        now = current(bucket, name)
        if isinstance(now, StoredObject) and now.upload_id == self.place.query["uploadId"]:
            # A completion whose answer was lost is asked for again.
            return self._completed(now)
        upload = self.upload()
        check_write(now, name, conditions_of(self.headers))
        completion = Completion.read(self.body, upload)
        completion.check(self.place)
        key = self.new_object(
            completion.value,
            upload.storage,
            etag=completion.etag,
            encryption=upload.template.encryption,
            kms_key_id=upload.template.kms_key_id,
            bucket_key_enabled=upload.template.bucket_key_enabled,
        )
        upload.finish(key)
        key.parts = completion.as_kept()
        key.set_checksum(upload.checksum_algorithm, completion.checksum(), upload.checksum_type)
        del bucket.multiparts[upload.id]
        add(bucket, key)
        self.set_tags(key, upload.sent_tags)
        self.changed("ObjectCreated:CompleteMultipartUpload", key)
        return self._completed(key)

    def _completed(self, key: StoredObject) -> Answer:
        result = {
            "Location": f"http://{self.place.header('host')}/{self.bucket_name}/{key.name}",
            "Bucket": self.bucket_name,
            "Key": key.name,
            "ETag": key.etag,
            f"Checksum{key.checksum_algorithm}": key.checksum_value,
            "ChecksumType": key.checksum_type,
        }
        headers = self.written(key)
        del headers["ETag"]
        return self.result("CompleteMultipartUpload", result, headers)
