"""What is stored is listed under its own name, page by page; what S3 would not take is refused."""

from typing import Any
from urllib.parse import quote

import pytest

from testkit.s3_calls import error_code, refused, send

ODD = [
    "plain",
    "a b",
    "a+b",
    "a%2Fb",
    "a%b",
    "100%",
    "a?b#c",
    "a&b=c",
    "ü/é",
    "日本",
    "a//b",
    "/leading",
    "trailing/",
    "./a",
    "../a",
    "a/../b",
    "a\nb",
    "a\tb",
    '"quoted"',
    "<xml>&amp;",
    "emoji 😀",
    "latest/meta-data/x",
    "acl",
    "x" * 1024,
]


def test_any_key_is_stored_listed_and_deleted_under_its_own_name(s3: Any, versioned: str) -> None:
    for key in ODD:
        s3.put_object(Bucket=versioned, Key=key, Body=key.encode())
        assert s3.get_object(Bucket=versioned, Key=key)["Body"].read() == key.encode()
        found = s3.list_objects_v2(Bucket=versioned, Prefix=key, MaxKeys=1)["Contents"]
        assert [entry["Key"] for entry in found] == [key]
        s3.copy_object(Bucket=versioned, Key="copy", CopySource={"Bucket": versioned, "Key": key})
        assert s3.get_object(Bucket=versioned, Key="copy")["Body"].read() == key.encode()
    everything = sorted([*ODD, "copy"])
    for call in (s3.list_objects, s3.list_objects_v2):
        assert [entry["Key"] for entry in call(Bucket=versioned)["Contents"]] == everything
    versions = s3.list_object_versions(Bucket=versioned)["Versions"]
    assert [e["Key"] for e in versions if e["IsLatest"]] == everything
    named = {"Objects": [{"Key": key} for key in everything]}
    answer = s3.delete_objects(Bucket=versioned, Delete=named)
    assert [deleted["Key"] for deleted in answer["Deleted"]] == everything
    assert "Contents" not in s3.list_objects_v2(Bucket=versioned)


def test_a_key_that_xml_cannot_hold_is_listed_in_the_encoding_of_urls(
    s3: Any, versioned: str
) -> None:
    place = {"Bucket": versioned, "Key": "a\x01b"}
    s3.put_object(**place, Body=b"1")
    s3.delete_object(**place)
    answer = s3.list_object_versions(Bucket=versioned)
    names = [entry["Key"] for entry in answer["Versions"] + answer["DeleteMarkers"]]
    assert names == ["a\x01b"] * 2


def test_a_key_that_is_no_utf_8_or_too_long_is_refused(s3: Any, bucket: str) -> None:
    for method in ("PUT", "GET"):
        assert error_code(send(s3, method, f"/{bucket}/a%ff", content=b"")) == "InvalidURI"
    answer = send(s3, "PUT", f"/{bucket}/" + "x" * 1025, content=b"")
    assert error_code(answer) == "KeyTooLongError"
    answer = send(s3, "PUT", f"/{bucket}/{quote('ü' * 513)}", content=b"")
    assert error_code(answer) == "KeyTooLongError"


@pytest.mark.parametrize(
    "name",
    ["ab", "A-Bucket", "a_bucket", "-abc", "abc-", "a..b", "192.168.0.1", "xn--abc", "x" * 64],
)
def test_a_bucket_must_have_a_valid_name(s3: Any, name: str) -> None:
    assert error_code(send(s3, "PUT", f"/{name}")) == "InvalidBucketName"


def test_metadata_has_a_limit(s3: Any, bucket: str) -> None:
    with refused(s3, "MetadataTooLarge"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"", Metadata={"a": "x" * 2048})
    with refused(s3, "NotImplemented"):
        s3.put_object(
            Bucket=bucket,
            Key="k",
            Body=b"",
            SSECustomerAlgorithm="AES256",
            SSECustomerKey="x" * 32,
        )
    for values, code in (
        ({"StorageClass": "NOSUCH"}, "InvalidStorageClass"),
        ({"ACL": "nosuch"}, "InvalidArgument"),
        ({"Tagging": "&".join(f"t{n}=1" for n in range(11))}, "BadRequest"),
        ({"Tagging": "aws:x=1"}, "InvalidTag"),
    ):
        with refused(s3, code):
            s3.put_object(Bucket=bucket, Key="k", Body=b"", **values)


KEYS = ["a/1", "a/2", "a+b/1", "b", "c/%", "d"]


@pytest.fixture
def filled(s3: Any, bucket: str) -> str:
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    return bucket


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("call", ["list_objects", "list_objects_v2", "list_object_versions"])
def test_pages_hold_each_entry_once_and_in_order(
    s3: Any, filled: str, call: str, size: int
) -> None:
    for delimiter, expected in (
        ("", sorted(KEYS)),
        ("/", ["a+b/", "a/", "b", "c/", "d"]),
    ):
        entries: list[str] = []
        pages = s3.get_paginator(call).paginate(
            Bucket=filled, Delimiter=delimiter, PaginationConfig={"PageSize": size}
        )
        for page in pages:
            found = [entry["Key"] for entry in page.get("Contents", page.get("Versions", []))]
            found += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
            assert len(found) <= size
            entries += sorted(found)
        assert entries == expected


def test_versions_are_paged_within_a_key(s3: Any, versioned: str) -> None:
    ids = [s3.put_object(Bucket=versioned, Key="k", Body=b"")["VersionId"] for _ in range(4)]
    ids.append(s3.delete_object(Bucket=versioned, Key="k")["VersionId"])
    found = []
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=versioned, PaginationConfig={"PageSize": 2}
    )
    for page in pages:
        found += [e["VersionId"] for e in page.get("DeleteMarkers", []) + page.get("Versions", [])]
    assert found == ids[::-1]


def test_a_list_starts_where_it_is_told(s3: Any, filled: str) -> None:
    after = s3.list_objects_v2(Bucket=filled, StartAfter="a/1", FetchOwner=True)
    assert [entry["Key"] for entry in after["Contents"]] == ["a/2", "b", "c/%", "d"]
    assert (after["KeyCount"], "Owner" in after["Contents"][0]) == (4, True)
    marked = s3.list_objects(Bucket=filled, Marker="b", MaxKeys=1)
    assert ([e["Key"] for e in marked["Contents"]], marked["IsTruncated"]) == (["c/%"], True)
    none = s3.list_objects_v2(Bucket=filled, MaxKeys=0)
    assert (none["KeyCount"], none["IsTruncated"]) == (0, False)
    assert s3.list_objects_v2(Bucket=filled, MaxKeys=5000)["MaxKeys"] == 1000


@pytest.mark.parametrize(
    "query",
    [
        "max-keys=-1",
        "max-keys=x",
        "max-keys=99999999999",
        "list-type=2&continuation-token=%21",
        "encoding-type=nosuch",
        "versions&version-id-marker=x",
    ],
)
def test_a_list_with_a_wrong_parameter_is_refused(s3: Any, bucket: str, query: str) -> None:
    answer = send(s3, "GET", f"/{bucket}?{query}")
    assert (answer.status_code, error_code(answer)) == (400, "InvalidArgument")


@pytest.mark.parametrize(
    ("method", "query", "code"),
    [
        ("GET", "torrent", "NotImplemented"),
        ("GET", "annotation", "NotImplemented"),
        ("PUT", "renameObject", "NotImplemented"),
        ("PUT", "encryption", "NotImplemented"),
        ("GET", "restore", "MethodNotAllowed"),
        ("GET", "select&select-type=2", "MethodNotAllowed"),
        ("PUT", "torrent", "MethodNotAllowed"),
        ("PUT", "uploads", "MethodNotAllowed"),
        ("DELETE", "acl", "MethodNotAllowed"),
        ("DELETE", "retention", "MethodNotAllowed"),
        ("GET", "versions", "MethodNotAllowed"),
        ("HEAD", "acl", ""),
        ("POST", "", "MethodNotAllowed"),
        ("PATCH", "", "MethodNotAllowed"),
        ("PUT", "uploadId=x", "InvalidArgument"),
        ("PUT", "partNumber=1", "InvalidArgument"),
        ("GET", "attributes", "InvalidArgument"),
        ("GET", "legal-hold", "NoSuchObjectLockConfiguration"),
        ("GET", "retention", "NoSuchObjectLockConfiguration"),
        ("GET", "versionId=", "InvalidArgument"),
        ("GET", "versionId=nosuch", "NoSuchVersion"),
    ],
)
def test_no_sub_resource_is_taken_for_the_object_itself(
    s3: Any, bucket: str, method: str, query: str, code: str
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    answer = send(s3, method, f"/{bucket}/k?{query}", content=b"2" if method == "PUT" else b"")
    assert answer.status_code >= 400
    assert error_code(answer) == code
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


@pytest.mark.parametrize(
    ("method", "query", "code"),
    [
        ("DELETE", "analytics&id=1", "NotImplemented"),
        ("DELETE", "metrics&id=1", "NotImplemented"),
        ("DELETE", "acl", "MethodNotAllowed"),
        ("DELETE", "versioning", "MethodNotAllowed"),
        ("PUT", "requestPayment", "NotImplemented"),
        ("GET", "requestPayment", "NotImplemented"),
        ("GET", "intelligent-tiering", "NotImplemented"),
        ("GET", "session", "NotImplemented"),
        ("GET", "torrent", "MethodNotAllowed"),
        ("PUT", "nosuch", ""),
    ],
)
def test_no_sub_resource_is_taken_for_the_bucket_itself(
    s3: Any, bucket: str, method: str, query: str, code: str
) -> None:
    answer = send(s3, method, f"/{bucket}?{query}", content=b"")
    assert error_code(answer) == code
    s3.head_bucket(Bucket=bucket)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_only_the_list_of_buckets_needs_no_bucket(s3: Any, method: str) -> None:
    assert send(s3, method, "/").status_code == 405


def test_a_bucket_may_be_named_by_the_host(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    for host, path in (
        (f"{bucket}.localhost", "/k"),
        (f"{bucket}.s3.localhost:4566", "/k"),
        ("s3.localhost:4566", f"/{bucket}/k"),
        ("host.docker.internal", f"/{bucket}/k"),
        ("aws.test", f"/{bucket}/k"),
    ):
        assert send(s3, "GET", path, headers={"Host": host}).content == b"1"


def test_what_s3_does_not_know_is_passed_over_as_there(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert send(s3, "GET", f"/{bucket}/k?nosuch=1").content == b"1"


@pytest.mark.parametrize("document", ["", "no xml", "<Wrong/>", "<Tagging><TagSet/></Tagging"])
@pytest.mark.parametrize(
    "place", ["k?tagging", "k?acl", "?cors", "?lifecycle", "?tagging", "?notification", "?delete"]
)
def test_a_document_that_cannot_be_read_is_refused(
    s3: Any, bucket: str, place: str, document: str
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    method = "POST" if place == "?delete" else "PUT"
    answer = send(s3, method, f"/{bucket}/{place}".replace("/?", "?"), content=document.encode())
    if (place, document) == ("k?acl", ""):
        assert answer.status_code == 200, "no document and no header: private"
        return
    assert (answer.status_code, error_code(answer)[:9]) == (400, "Malformed")


def test_a_bucket_of_another_account_is_refused(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", ExpectedBucketOwner="123456789012")
    with refused(s3, "AccessDenied"):
        s3.get_object(Bucket=bucket, Key="k", ExpectedBucketOwner="111111111111")
