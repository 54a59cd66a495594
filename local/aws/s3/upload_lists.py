"""Lists of multipart uploads under way, and of the parts of one."""

from typing import Any

from moto.core.utils import iso_8601_datetime_without_milliseconds_s3
from moto.s3.models import FakeKey

from local.aws.s3.objects import Upload
from local.aws.s3.pages import asked_number
from local.aws.s3.response import OWNER, Answer
from local.aws.s3.uploads import Uploads


class UploadLists(Uploads):
    """Uploads in progress are listed on one page, whatever their number."""

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
        prefix = self.place.query.get("prefix", "")
        uploads = [
            {
                "Key": upload.key_name,
                "UploadId": upload.id,
                "Initiator": OWNER,
                "Owner": OWNER,
                "StorageClass": upload.storage,
                "Initiated": iso_8601_datetime_without_milliseconds_s3(upload.initiated),
                "ChecksumAlgorithm": upload.checksum_algorithm,
                "ChecksumType": upload.checksum_type,
            }
            for upload in self.bucket.multiparts.values()
            if isinstance(upload, Upload) and upload.key_name.startswith(prefix)
        ]
        result = {"Bucket": self.bucket_name, "Uploads": uploads}
        return self.result("ListMultipartUploads", result, {})


def _part(number: int, part: FakeKey) -> dict[str, Any]:
    return {
        "PartNumber": number,
        "LastModified": part.last_modified_ISO8601,
        "ETag": part.etag,
        "Size": part.size,
        f"Checksum{part.checksum_algorithm}": part.checksum_value,
    }
