"""What several tests of S3 do to it, with boto3 and without."""

import base64
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from samulator.servers.aws.s3.checksums import checksum

MIB = 1 << 20
ALGORITHMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")


@contextmanager
def refused(s3: Any, code: str) -> Iterator[None]:
    with pytest.raises(s3.exceptions.ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code


def named(algorithm: str, data: bytes) -> dict[str, str]:
    """The argument of boto3 that names the checksum of `data`."""
    return {f"Checksum{algorithm}": checksum(algorithm, data)}


def upload(s3: Any, bucket: str, key: str, parts: list[bytes], **values: Any) -> dict[str, Any]:
    """Uploads in parts, and names each part's checksum at the end."""
    begun = s3.create_multipart_upload(Bucket=bucket, Key=key, **values)
    algorithm = values.get("ChecksumAlgorithm")
    listed = []
    for number, data in enumerate(parts, 1):
        sums = named(algorithm, data) if algorithm else {}
        part = s3.upload_part(
            Bucket=bucket,
            Key=key,
            UploadId=begun["UploadId"],
            PartNumber=number,
            Body=data,
            **sums,
        )
        listed.append({"PartNumber": number, "ETag": part["ETag"], **sums})
    completed: dict[str, Any] = s3.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=begun["UploadId"], MultipartUpload={"Parts": listed}
    )
    return completed


def presigned(s3: Any, method: str, bucket: str, key: str, **values: Any) -> str:
    params = {"Bucket": bucket, "Key": key, **values}
    url: str = s3.generate_presigned_url(method, Params=params)
    return url


def send(s3: Any, method: str, path: str, **values: Any) -> httpx.Response:
    """A plain request, signed by nobody, so that a test says every header itself."""
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20240101/us-east-1/s3/aws4_request"}
    headers |= values.pop("headers", {})
    url = s3.meta.endpoint_url + path
    return request(method, url, headers=headers, **values)


def request(method: str, url: str, **values: Any) -> httpx.Response:
    """As `httpx.request`, without the certificates that nothing here needs and that take 30 ms."""
    with httpx.Client(verify=False) as client:
        return client.request(method, url, **values)


def error_code(answer: httpx.Response) -> str:
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
