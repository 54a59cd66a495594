"""PUT of objects, and of what belongs to one: access, tags, holds."""

from typing import Any

from moto.s3.exceptions import InvalidStorageClass
from moto.s3.models import FakeKey
from moto.s3.utils import STORAGE_CLASS

from samulator.servers.aws.s3.conditions import check_write, conditions_of
from samulator.servers.aws.s3.described import checksum_headers, headers_beside_metadata
from samulator.servers.aws.s3.errors import S3Error
from samulator.servers.aws.s3.form_put import CREATED_BY
from samulator.servers.aws.s3.integrity import CHECKSUM
from samulator.servers.aws.s3.objects import StoredObject
from samulator.servers.aws.s3.response import Answer, ObjectResponse
from samulator.servers.aws.s3.versions import add, current, new_version_id

_SSE = "x-amz-server-side-encryption"


class Writes(ObjectResponse):
    """Each write is refused or done whole, and then noted as changed."""

    def put_object(self) -> Answer:
        bucket, name = self.bucket, self.place.key
        check_write(current(bucket, name), name, conditions_of(self.headers))
        tags = self.sent_tags()
        key = self.new_object(self.body or b"", self.headers.get("x-amz-storage-class", "STANDARD"))
        key.set_metadata(self.sent_metadata())
        key.set_acl(self.sent_acl())
        algorithm, value = self.place.environ[CHECKSUM] or (None, None)
        key.set_checksum(algorithm, value, "FULL_OBJECT")
        add(bucket, key)
        self.set_tags(key, tags)
        way = self.place.environ.get(CREATED_BY, "Put")
        self.changed(f"ObjectCreated:{way}", key)
        return 200, self.written(key), b""

    def new_object(self, value: bytes, storage: str | None, **values: str | None) -> StoredObject:
        """An object that is nowhere yet, encrypted and locked as request and bucket say."""
        if storage not in STORAGE_CLASS:
            raise InvalidStorageClass(storage=storage)
        bucket = self.bucket
        legal_hold, lock_mode, lock_until = self._get_lock_details(
            bucket, bucket.object_lock_enabled
        )
        key = StoredObject(
            name=self.place.key,
            bucket_name=bucket.name,
            value=value,
            account_id=self.backend.account_id,
            region_name=self.backend.region_name,
            storage=storage,
            is_versioned=bool(bucket.versioning_status),
            version_id=new_version_id(bucket),
            lock_mode=lock_mode,
            lock_legal_status=legal_hold,
            lock_until=lock_until,
            **(self._encryption() | values),
        )
        key.website_redirect_location = self.headers.get("x-amz-website-redirect-location")
        return key

    def _encryption(self) -> dict[str, Any]:
        """As asked, else as the bucket has it, else as S3 encrypts every object."""
        rule = (self.bucket.encryption or {}).get("Rule", {})
        default = rule.get("ApplyServerSideEncryptionByDefault", {})
        bucket_key = self.headers.get(f"{_SSE}-bucket-key-enabled") or rule.get("BucketKeyEnabled")
        return {
            "encryption": self.headers.get(_SSE) or default.get("SSEAlgorithm") or "AES256",
            "kms_key_id": self.headers.get(f"{_SSE}-aws-kms-key-id")
            or default.get("KMSMasterKeyID"),
            "bucket_key_enabled": str(bucket_key).lower() if bucket_key is not None else None,
        }

    def sent_tags(self) -> list[dict[str, str]]:
        """Raises S3Error for tags that S3 does not take."""
        return self.checked_tags(self._tagging_from_headers(self.headers))

    def checked_tags(self, tags: dict[str, str]) -> list[dict[str, str]]:
        if len(tags) > 10:
            raise S3Error("BadRequest", "Object tags cannot be greater than 10")
        if any(name.startswith("aws:") for name in tags):
            raise S3Error("InvalidTag", "System tags cannot be added/updated by requester")
        converted: list[dict[str, str]] = self.backend.tagger.convert_dict_to_tags_input(tags)
        wrong = self.backend.tagger.validate_tags(converted)
        if wrong:
            raise S3Error("InvalidTag", wrong)
        return converted

    def set_tags(self, key: FakeKey, tags: list[dict[str, str]]) -> None:
        """In place of those that an object of the same name and version may have left."""
        self.backend.tagger.delete_all_tags_for_resource(key.arn)
        self.backend.tagger.tag_resource(key.arn, tags)

    def written(self, key: FakeKey) -> dict[str, Any]:
        """The headers of an answer to a write."""
        told = headers_beside_metadata(key)
        kept = {name: value for name, value in told.items() if name == "ETag" or _SSE in name}
        return {
            **self._get_cors_headers_other(),
            **kept,
            **checksum_headers(key),
            **self.version_header(key),
        }

    def put_object_acl(self) -> Answer:
        key = self.found()
        key.set_acl(self._acl_from_body() if self.body else self.sent_acl())
        self.changed("ObjectAcl:Put", key)
        return 200, self.version_header(key), b""

    def put_object_tagging(self) -> Answer:
        key = self.found()
        tags = self.checked_tags(self._tagging_from_xml())
        self.set_tags(key, tags)
        self.changed("ObjectTagging:Put", key)
        return 200, self.version_header(key), b""

    def delete_object_tagging(self) -> Answer:
        key = self.found()
        self.backend.tagger.delete_all_tags_for_resource(key.arn)
        self.changed("ObjectTagging:Delete", key)
        return 204, self.version_header(key), b""

    def put_object_legal_hold(self) -> Answer:
        self.found()
        answer: Answer = super().put_object_legal_hold()
        return answer

    def put_object_retention(self) -> Answer:
        self.found()
        answer: Answer = super().put_object_retention()
        return answer
