"""A body that is not what its sender says is refused with S3's own error, and is not stored."""

import base64
import hashlib
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from samulator.servers.aws.s3.checksums import checksum
from testkit.s3_calls import (
    ALGORITHMS,
    crc32,
    error_code,
    named,
    refused,
    request,
    send,
)

MD5_OF_X = base64.b64encode(hashlib.md5(b"x").digest()).decode()
SHA256_OF_X = hashlib.sha256(b"x").hexdigest()
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def put(s3: Any, bucket: str, body: bytes = b"x", **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(s3, "PUT", f"/{bucket}/k", content=body, headers=names)


def assert_nothing_stored(s3: Any, bucket: str) -> None:
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def chunked(data: bytes, trailer: str = "", signature: str = "") -> bytes:
    return (
        f"{len(data):x}{signature}\r\n".encode()
        + data
        + f"\r\n0{signature}\r\n{trailer}\r\n".encode()
    )


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content_md5": "AAAAAAAAAAAAAAAAAAAAAA=="}, "BadDigest"),
        ({"content_md5": "AAAA"}, "InvalidDigest"),
        ({"content_md5": "not base64"}, "InvalidDigest"),
        ({"content_md5": ""}, "InvalidDigest"),
        ({"x_amz_content_sha256": "0" * 64}, "XAmzContentSHA256Mismatch"),
        ({"x_amz_content_sha256": "abc"}, "InvalidArgument"),
        ({"x_amz_checksum_crc32": "AAAA"}, "InvalidRequest"),
        ({"x_amz_checksum_crc32": "%%%%%%%%"}, "InvalidRequest"),
        ({"x_amz_checksum_nosuch": "AAAAAA=="}, "InvalidRequest"),
        ({"x_amz_checksum_sha512": "AAAAAA=="}, "NotImplemented"),
        (
            {"x_amz_checksum_crc32": crc32(b"x"), "x_amz_checksum_sha1": checksum("SHA1", b"x")},
            "InvalidRequest",
        ),
        ({"x_amz_sdk_checksum_algorithm": "CRC32"}, "InvalidRequest"),
        (
            {
                "x_amz_sdk_checksum_algorithm": "SHA1",
                "x_amz_checksum_crc32": crc32(b"x"),
            },
            "InvalidRequest",
        ),
    ],
)
def test_a_wrong_digest_is_refused(
    s3: Any, bucket: str, headers: dict[str, str], code: str
) -> None:
    answer = put(s3, bucket, **headers)
    assert (answer.status_code, error_code(answer)) == (
        501 if code == "NotImplemented" else 400,
        code,
    )
    assert_nothing_stored(s3, bucket)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_wrong_checksum_is_refused_in_any_algorithm(s3: Any, bucket: str, algorithm: str) -> None:
    with refused(s3, "BadDigest"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", **named(algorithm, b"y"))
    assert_nothing_stored(s3, bucket)


def test_right_digests_pass_together(s3: Any, bucket: str) -> None:
    answer = put(
        s3,
        bucket,
        content_md5=MD5_OF_X,
        x_amz_content_sha256=SHA256_OF_X,
        x_amz_checksum_crc32=crc32(b"x"),
    )
    assert answer.status_code == 200
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (got["Body"].read(), got["ChecksumCRC32"]) == (b"x", crc32(b"x"))
    assert (
        not {"content-md5", "x-amz-content-sha256"} & got["ResponseMetadata"]["HTTPHeaders"].keys()
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_checksum_may_come_behind_the_body(s3: Any, bucket: str, algorithm: str) -> None:
    name = f"x-amz-checksum-{algorithm.lower()}"
    for data, status in ((b"0123456789", 200), (b"9876543210", 400)):
        answer = put(
            s3,
            bucket,
            chunked(data, f"{name}:{checksum(algorithm, b'0123456789')}\r\n"),
            x_amz_content_sha256=UNSIGNED_TRAILER,
            x_amz_decoded_content_length="10",
            x_amz_trailer=name,
            x_amz_sdk_checksum_algorithm=algorithm,
            content_encoding="aws-chunked",
        )
        assert answer.status_code == status
    assert error_code(answer) == "BadDigest"
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"0123456789"
    assert got[f"Checksum{algorithm}"] == checksum(algorithm, b"0123456789")
    assert not got.get("ContentEncoding")


@pytest.mark.parametrize(
    ("body", "length", "code"),
    [
        (chunked(b"abc"), "3", "MalformedTrailerError"),
        (chunked(b"abc", f"x-amz-checksum-crc32:{crc32(b'abc')}\r\n"), "4", "IncompleteBody"),
        (b"ff\r\nabc", "255", "IncompleteBody"),
        (b"zz\r\nabc", "3", "IncompleteBody"),
        (b"3\r\nabcdef\r\n0\r\n\r\n", "3", "IncompleteBody"),
        (b"", "3", "IncompleteBody"),
        (chunked(b"abc"), "x", "MissingContentLength"),
        (chunked(b"abc", "nonsense\r\n"), "3", "MalformedTrailerError"),
        (chunked(b"abc", "x-amz-checksum-crc32:zz\r\n"), "3", "InvalidRequest"),
    ],
)
def test_a_broken_stream_of_chunks_is_refused(
    s3: Any, bucket: str, body: bytes, length: str, code: str
) -> None:
    answer = put(
        s3,
        bucket,
        body,
        x_amz_content_sha256=UNSIGNED_TRAILER,
        x_amz_decoded_content_length=length,
        x_amz_trailer="x-amz-checksum-crc32",
    )
    assert error_code(answer) == code
    assert_nothing_stored(s3, bucket)


@pytest.mark.parametrize(
    ("encoding", "trailer", "code"),
    [
        (UNSIGNED_TRAILER, f"x-amz-checksum-crc32:{crc32(b'x')}\r\n", "MalformedTrailerError"),
        ("STREAMING-OTHERWISE", "", "InvalidArgument"),
    ],
)
def test_chunks_that_nobody_announced_rightly_are_refused(
    s3: Any, bucket: str, encoding: str, trailer: str, code: str
) -> None:
    answer = put(
        s3,
        bucket,
        chunked(b"abc", trailer),
        x_amz_content_sha256=encoding,
        x_amz_decoded_content_length="3",
    )
    assert error_code(answer) == code
    assert_nothing_stored(s3, bucket)


def test_signed_chunks_are_decoded(s3: Any, bucket: str) -> None:
    answer = put(
        s3,
        bucket,
        chunked(b"abc", signature=";chunk-signature=" + "0" * 64),
        x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        x_amz_decoded_content_length="3",
        content_encoding="aws-chunked,gzip",
    )
    assert answer.status_code == 200
    got = s3.get_object(Bucket=bucket, Key="k")
    assert (got["Body"].read(), got["ContentEncoding"]) == (b"abc", "gzip")


def test_a_body_that_ends_early_is_not_stored(s3: Any, bucket: str) -> None:
    place = urlsplit(s3.meta.endpoint_url)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(
            f"PUT /{bucket}/k HTTP/1.1\r\nHost: {place.netloc}\r\n"
            "Content-Length: 9\r\n\r\nabc".encode()
        )
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert b"IncompleteBody" in answer
    assert_nothing_stored(s3, bucket)


def test_a_body_without_a_length_is_refused(s3: Any, bucket: str) -> None:
    answer = send(s3, "PUT", f"/{bucket}/k", content=iter([b"abc"]))
    assert (answer.status_code, error_code(answer)) == (501, "NotImplemented")
    assert_nothing_stored(s3, bucket)


def test_a_body_above_the_limit_is_refused_before_it_is_sent(s3: Any, bucket: str) -> None:
    place = urlsplit(s3.meta.endpoint_url)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(
            f"PUT /{bucket}/k HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Content-Length: {(5 << 30) + 1}\r\n\r\n".encode()
        )
        answer = connection.makefile("rb").readline()
    assert b"400" in answer


def test_a_damaged_part_is_refused_and_the_one_before_stays(s3: Any, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "m"}
    upload_id = s3.create_multipart_upload(**place, ChecksumAlgorithm="CRC32")["UploadId"]
    part = {**place, "UploadId": upload_id, "PartNumber": 1}
    good = s3.upload_part(**part, Body=b"good")
    with refused(s3, "BadDigest"):
        s3.upload_part(**part, Body=b"x", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")
    with refused(s3, "InvalidRequest"):
        s3.upload_part(**part, Body=b"x", **named("SHA1", b"x"))
    listed = s3.list_parts(**place, UploadId=upload_id)["Parts"]
    assert [each["ETag"] for each in listed] == [good["ETag"]]


@pytest.mark.parametrize(
    ("of_upload", "of_part", "code"),
    [
        ({}, named("SHA256", b"other"), "InvalidPart"),
        ({"ChecksumAlgorithm": "SHA1"}, named("SHA256", b"data"), "BadDigest"),
        ({"ChecksumAlgorithm": "SHA1"}, named("SHA1", b"other"), "InvalidPart"),
        (
            {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"},
            named("SHA256", b"other"),
            "InvalidPart",
        ),
    ],
)
def test_a_part_that_is_not_the_one_meant_completes_no_upload(
    s3: Any, bucket: str, of_upload: dict[str, Any], of_part: dict[str, str], code: str
) -> None:
    place = {"Bucket": bucket, "Key": "m"}
    place["UploadId"] = s3.create_multipart_upload(**place, **of_upload)["UploadId"]
    sums = named(of_upload["ChecksumAlgorithm"], b"data") if of_upload else {}
    etag = s3.upload_part(**place, PartNumber=1, Body=b"data", **sums)["ETag"]
    parts = [{"PartNumber": 1, "ETag": etag, **of_part}]
    with refused(s3, code):
        s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    assert_nothing_stored(s3, bucket)


def test_settings_that_came_damaged_are_not_taken(s3: Any, bucket: str) -> None:
    tagging = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    answer = send(
        s3, "PUT", f"/{bucket}/k?tagging", content=tagging, headers={"Content-MD5": MD5_OF_X}
    )
    assert error_code(answer) == "BadDigest"
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


def test_any_type_of_content_leaves_the_bytes_as_they_are(s3: Any, bucket: str) -> None:
    body = b"key=1&file=2&Action=AssumeRoleWithSAML\xff\x00"
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
        assert request("PUT", url, content=body, headers={"Content-Type": kind}).status_code == 200
        got = s3.get_object(Bucket=bucket, Key="k")
        assert (got["Body"].read(), got["ContentType"]) == (body, kind)
