"""Multipart uploads: begun, filled with parts, completed or given up.

Amazon S3 User Guide, "Uploading and copying objects using multipart upload".
"""

from typing import Any

from moto.core.request import Request

from samulator.servers.aws.s3.checksums import DEFAULT_TYPE, is_possible
from samulator.servers.aws.s3.completion import Completion
from samulator.servers.aws.s3.conditions import check_write, conditions_of
from samulator.servers.aws.s3.declared import check_algorithm
from samulator.servers.aws.s3.errors import S3Error, method_not_allowed
from samulator.servers.aws.s3.objects import StoredObject, Upload
from samulator.servers.aws.s3.parts import Parts
from samulator.servers.aws.s3.response import Answer
from samulator.servers.aws.s3.versions import add, current


class Uploads(Parts):
    """From CreateMultipartUpload to its completion or abortion."""

    def _key_response_post(
        self, request: Request, body: bytes, bucket_name: str, query: dict[str, Any], key_name: str
    ) -> Answer:
        if "uploads" in query:
            return self.create_multipart_upload()
        if "uploadId" in query:
            return self.complete_multipart_upload()
        if not {"restore", "select"} & query.keys():
            raise method_not_allowed("POST", "OBJECT")
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
