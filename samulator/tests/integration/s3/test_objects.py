"""However an object came to be, every call about it works the same."""

from typing import Any

import pytest

from testkit.s3_calls import MIB, error_code, refused, request, send, upload

CONTENT = {
    "ContentType": "text/csv",
    "ContentEncoding": "gzip",
    "ContentLanguage": "de",
    "ContentDisposition": "attachment",
    "CacheControl": "no-cache",
    "Metadata": {"a-b": "1", "c_d": "2"},
    "StorageClass": "STANDARD_IA",
}
MADE = ["put", "multipart", "copy", "copy of a multipart upload"]


@pytest.fixture(params=MADE)
def key(s3: Any, bucket: str, request: pytest.FixtureRequest) -> str:
    """An object made in one of four ways, always with the same content and tags."""
    values = {**CONTENT, "Tagging": "t=1&u=two%20words", "ACL": "public-read"}
    if request.param == "put":
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", **values)
    elif request.param == "multipart":
        upload(s3, bucket, "k", [b"x"], **values)
    else:
        if request.param == "copy":
            s3.put_object(Bucket=bucket, Key="source", Body=b"x", **values)
        else:
            upload(s3, bucket, "source", [b"x"], **values)
        s3.copy_object(
            Bucket=bucket,
            Key="k",
            CopySource=f"{bucket}/source",
            ACL="public-read",
            StorageClass="STANDARD_IA",
        )
    return "k"


def test_content_tags_and_access_are_what_was_said(s3: Any, bucket: str, key: str) -> None:
    for answer in (
        s3.get_object(Bucket=bucket, Key=key),
        s3.head_object(Bucket=bucket, Key=key),
    ):
        assert {name: answer[name] for name in CONTENT} == CONTENT
        assert answer["ContentLength"] == 1
    tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    assert tags == [{"Key": "t", "Value": "1"}, {"Key": "u", "Value": "two words"}]
    grants = s3.get_object_acl(Bucket=bucket, Key=key)["Grants"]
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL", "READ"]


def test_access_and_tags_can_be_changed(s3: Any, bucket: str, key: str) -> None:
    s3.put_object_acl(Bucket=bucket, Key=key, ACL="private")
    granted = s3.get_object_acl(Bucket=bucket, Key=key)
    assert [grant["Permission"] for grant in granted["Grants"]] == ["FULL_CONTROL"]
    read = {"Grantee": {"Type": "CanonicalUser", "ID": "someone"}, "Permission": "READ"}
    policy = {"Owner": granted["Owner"], "Grants": [*granted["Grants"], read]}
    s3.put_object_acl(Bucket=bucket, Key=key, AccessControlPolicy=policy)
    grants = s3.get_object_acl(Bucket=bucket, Key=key)["Grants"]
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL", "READ"]

    s3.put_object_tagging(
        Bucket=bucket, Key=key, Tagging={"TagSet": [{"Key": "only", "Value": ""}]}
    )
    tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    assert tags == [{"Key": "only", "Value": ""}]
    s3.delete_object_tagging(Bucket=bucket, Key=key)
    assert s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"] == []


def test_metadata_is_replaced_by_a_copy_onto_itself(s3: Any, bucket: str, key: str) -> None:
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource=f"{bucket}/{key}",
        Metadata={"new": "1"},
        ContentType="text/plain",
        MetadataDirective="REPLACE",
        Tagging="v=3",
        TaggingDirective="REPLACE",
    )
    got = s3.get_object(Bucket=bucket, Key=key)
    assert (got["Metadata"], got["ContentType"]) == ({"new": "1"}, "text/plain")
    assert "ContentEncoding" not in got
    assert s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"] == [{"Key": "v", "Value": "3"}]


def test_a_copy_onto_itself_must_change_something(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with refused(s3, "InvalidRequest"):
        s3.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/k")
    s3.copy_object(Bucket=bucket, Key="k", CopySource=f"{bucket}/k", StorageClass="GLACIER_IR")


def test_an_object_in_place_of_another_has_none_of_its_tags(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1")
    s3.put_object(Bucket=bucket, Key="k", Body=b"y")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


def test_a_held_version_cannot_be_deleted(s3: Any, bucket: str) -> None:
    name = f"{bucket}-locked"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    version = upload(s3, name, "k", [b"x"], ObjectLockLegalHoldStatus="ON")["VersionId"]
    held = s3.get_object_legal_hold(Bucket=name, Key="k")["LegalHold"]
    assert held == {"Status": "ON"}
    with refused(s3, "AccessDenied"):
        s3.delete_object(Bucket=name, Key="k", VersionId=version)
    with refused(s3, "NoSuchObjectLockConfiguration"):
        s3.get_object_retention(Bucket=name, Key="k")
    s3.put_object_legal_hold(Bucket=name, Key="k", LegalHold={"Status": "OFF"})
    s3.delete_object(Bucket=name, Key="k", VersionId=version)


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=8-", 206, b"89"),
        ("bytes=-3", 206, b"789"),
        ("bytes=-99", 206, b"0123456789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=10-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=5-2", 200, b"0123456789"),
        ("bytes=0-1,3-4", 200, b"0123456789"),
        ("lines=0-1", 200, b"0123456789"),
        ("nonsense", 200, b"0123456789"),
        ("bytes=a-b", 200, b"0123456789"),
    ],
)
def test_ranges(s3: Any, bucket: str, asked: str, status: int, content: bytes | None) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    head = send(s3, "HEAD", f"/{bucket}/k", headers={"Range": asked})
    got = send(s3, "GET", f"/{bucket}/k", headers={"Range": asked})
    assert (head.status_code, got.status_code) == (status, status)
    if content is None:
        assert error_code(got) == "InvalidRange"
        assert "<ActualObjectSize>10</ActualObjectSize>" in got.text
        return
    assert got.content == content
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(content))
    assert ("content-range" in got.headers) == (status == 206)


def test_no_range_of_an_empty_object_exists(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    for asked in ("bytes=0-0", "bytes=-1"):
        with refused(s3, "InvalidRange"):
            s3.get_object(Bucket=bucket, Key="k", Range=asked)


def test_parts_must_be_those_that_were_sent(s3: Any, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "m"}
    upload_id = s3.create_multipart_upload(**place)["UploadId"]
    sizes = {1: 5 * MIB, 2: 10, 5: 10}
    etags = {
        number: s3.upload_part(**place, UploadId=upload_id, PartNumber=number, Body=b"x" * size)[
            "ETag"
        ]
        for number, size in sizes.items()
    }

    def complete(*parts: tuple[int, str], **values: Any) -> dict[str, Any]:
        listed = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        done: dict[str, Any] = s3.complete_multipart_upload(
            **place, UploadId=upload_id, MultipartUpload={"Parts": listed}, **values
        )
        return done

    with refused(s3, "InvalidPartOrder"):
        complete((2, etags[2]), (1, etags[1]))
    with refused(s3, "InvalidPartOrder"):
        complete((1, etags[1]), (1, etags[1]))
    with refused(s3, "InvalidPart"):
        complete((1, '"0123"'))
    with refused(s3, "InvalidPart"):
        complete((4, etags[1]))
    with refused(s3, "EntityTooSmall"):
        complete((2, etags[2]), (5, etags[5]))
    with refused(s3, "InvalidRequest"):
        complete((1, etags[1]), MpuObjectSize=7)
    listed = s3.list_parts(**place, UploadId=upload_id, PartNumberMarker=2)
    assert [part["PartNumber"] for part in listed["Parts"]] == [5]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)

    done = complete((1, etags[1]), (5, etags[5]))
    assert done["ETag"].endswith('-2"')
    assert s3.head_object(**place)["ContentLength"] == 5 * MIB + 10
    assert complete((1, etags[1]), (5, etags[5]))["ETag"] == done["ETag"]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@pytest.mark.parametrize("size", [1, 2])
def test_uploads_under_way_are_listed_page_by_page(s3: Any, bucket: str, size: int) -> None:
    begun = [
        (key, s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"])
        for key in ("a b", "a b", "c")
    ]
    pages = s3.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": size}
    )
    found = [(each["Key"], each["UploadId"]) for page in pages for each in page["Uploads"]]
    assert found == begun


def test_an_upload_that_is_not_there_is_named_so(s3: Any, bucket: str) -> None:
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    for key, wrong in (("m", "nosuch"), ("other", upload_id)):
        place = {"Bucket": bucket, "Key": key, "UploadId": wrong}
        parts = {"Parts": [{"PartNumber": 1, "ETag": "x"}]}
        with refused(s3, "NoSuchUpload"):
            s3.upload_part(**place, PartNumber=1, Body=b"x")
        with refused(s3, "NoSuchUpload"):
            s3.list_parts(**place)
        with refused(s3, "NoSuchUpload"):
            s3.abort_multipart_upload(**place)
        with refused(s3, "NoSuchUpload"):
            s3.complete_multipart_upload(**place, MultipartUpload=parts)
    place = {"Bucket": bucket, "Key": "m", "UploadId": upload_id}
    for number in (0, 10_001):
        with refused(s3, "InvalidArgument"):
            s3.upload_part(**place, PartNumber=number, Body=b"x")
    with refused(s3, "MalformedXML"):
        s3.complete_multipart_upload(**place, MultipartUpload={"Parts": []})


@pytest.mark.parametrize("asked", ["bytes=0-10", "bytes=5-2", "bytes=3-", "nonsense"])
def test_a_part_cannot_be_copied_from_outside_its_source(s3: Any, bucket: str, asked: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    part = {"Bucket": bucket, "Key": "m", "UploadId": upload_id, "PartNumber": 1}
    with refused(s3, "InvalidArgument"):
        s3.upload_part_copy(**part, CopySource=f"{bucket}/k", CopySourceRange=asked)
    with refused(s3, "NoSuchKey"):
        s3.upload_part_copy(**part, CopySource=f"{bucket}/nosuch")


def test_an_unsigned_stranger_is_told_why(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    answer = request("GET", f"{s3.meta.endpoint_url}/{bucket}/k")
    assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")
