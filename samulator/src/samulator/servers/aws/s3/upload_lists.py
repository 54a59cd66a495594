"""Lists of multipart uploads under way, and of the parts of one."""

from typing import Any

from moto.core.utils import iso_8601_datetime_without_milliseconds_s3
from moto.s3.models import FakeKey

from samulator.servers.aws.s3.errors import not_implemented
from samulator.servers.aws.s3.objects import Upload
from samulator.servers.aws.s3.pages import Asked, asked_number
from samulator.servers.aws.s3.response import OWNER, Answer
from samulator.servers.aws.s3.uploads import Uploads


class UploadLists(Uploads):
    """Pages of what is under way."""

    def list_parts(self) -> Answer:
        upload = self.upload()
        after = asked_number(self.place, "part-number-marker", 0)
        most = min(asked_number(self.place, "max-parts", 1000), 1000)
        numbers = [number for number in upload.partlist if number > after]
        shown = numbers[:most]
        result = {
            "Bucket": self.bucket_name,
            "Key": upload.key_name,
            "UploadId": upload.id,
            "StorageClass": upload.storage,
            "Initiator": OWNER,
            "Owner": OWNER,
            "PartNumberMarker": after,
            "NextPartNumberMarker": shown[-1] if shown else 0,
            "MaxParts": most,
            "IsTruncated": len(numbers) > len(shown),
            "Parts": [_part(number, upload.parts[number]) for number in shown],
            "ChecksumAlgorithm": upload.checksum_algorithm,
            "ChecksumType": upload.checksum_type,
        }
        return self.result("ListParts", result, {})

    def list_multipart_uploads(self) -> Answer:
        if self.place.query.get("delimiter"):
            raise not_implemented("Uploads are not listed by common prefixes here")
        most = min(asked_number(self.place, "max-uploads", 1000), 1000)
        waiting = self._uploads()
        shown = waiting[:most]
        text = Asked.of(self.place).text
        uploads = [
            {
                "Key": text(upload.key_name),
                "UploadId": upload.id,
                "Initiator": OWNER,
                "Owner": OWNER,
                "StorageClass": upload.storage,
                "Initiated": iso_8601_datetime_without_milliseconds_s3(upload.initiated),
                "ChecksumAlgorithm": upload.checksum_algorithm,
                "ChecksumType": upload.checksum_type,
            }
            for upload in shown
        ]
        result = {
            "Bucket": self.bucket_name,
            "Prefix": text(self.place.query.get("prefix", "")),
            "KeyMarker": text(self.place.query.get("key-marker", "")),
            "EncodingType": self.place.query.get("encoding-type"),
            "MaxUploads": most,
            "IsTruncated": len(waiting) > len(shown) > 0,
            "Uploads": uploads,
        }
        if result["IsTruncated"]:
            result["NextKeyMarker"] = text(shown[-1].key_name)
            result["NextUploadIdMarker"] = shown[-1].id
        return self.result("ListMultipartUploads", result, {})

    def _uploads(self) -> list[Upload]:
        """Those behind the markers, by key and then by their begin."""
        query = self.place.query
        prefix = query.get("prefix", "")
        marker, upload_marker = query.get("key-marker", ""), query.get("upload-id-marker", "")
        uploads = sorted(
            (
                upload
                for upload in self.bucket.multiparts.values()
                if isinstance(upload, Upload) and upload.key_name.startswith(prefix)
            ),
            key=lambda upload: (upload.key_name, upload.initiated),
        )
        same = [upload.id for upload in uploads if upload.key_name == marker]
        seen = set(same)
        if upload_marker in seen:
            seen = set(same[: same.index(upload_marker) + 1])
        return [each for each in uploads if each.key_name >= marker and each.id not in seen]


def _part(number: int, part: FakeKey) -> dict[str, Any]:
    return {
        "PartNumber": number,
        "LastModified": part.last_modified_ISO8601,
        "ETag": part.etag,
        "Size": part.size,
        f"Checksum{part.checksum_algorithm}": part.checksum_value,
    }
