"""Versions and delete markers, as each call sees them."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from testkit.s3_calls import error_code, refused, send


def body_of(s3: Any, bucket: str, key: str, **values: str) -> bytes:
    content: bytes = s3.get_object(Bucket=bucket, Key=key, **values)["Body"].read()
    return content


def listed(s3: Any, bucket: str) -> list[tuple[str, str, bool]]:
    answer = s3.list_object_versions(Bucket=bucket)
    kinds = [("Versions", "object"), ("DeleteMarkers", "marker")]
    return [
        (kind, entry["VersionId"], entry["IsLatest"])
        for name, kind in kinds
        for entry in answer.get(name, [])
    ]


def suspend(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def test_a_marker_hides_the_object_from_every_reading_call(s3: Any, versioned: str) -> None:
    s3.put_object(Bucket=versioned, Key="k", Body=b"1")
    marker = s3.delete_object(Bucket=versioned, Key="k")["VersionId"]

    for method in ("GET", "HEAD"):
        plain = send(s3, method, f"/{versioned}/k")
        assert (plain.status_code, plain.headers["x-amz-delete-marker"]) == (404, "true")
        assert plain.headers["x-amz-version-id"] == marker
        by_version = send(s3, method, f"/{versioned}/k?versionId={marker}")
        assert by_version.status_code == 405
        assert by_version.headers["allow"] == "DELETE"
        assert by_version.headers["x-amz-delete-marker"] == "true"
        assert "last-modified" in by_version.headers
    assert error_code(send(s3, "GET", f"/{versioned}/k")) == "NoSuchKey"
    for call in (s3.get_object_acl, s3.get_object_tagging):
        with refused(s3, "NoSuchKey"):
            call(Bucket=versioned, Key="k")
        with refused(s3, "MethodNotAllowed"):
            call(Bucket=versioned, Key="k", VersionId=marker)
    with refused(s3, "NoSuchKey"):
        s3.copy_object(Bucket=versioned, Key="c", CopySource=f"{versioned}/k")
    with refused(s3, "InvalidRequest"):
        s3.copy_object(Bucket=versioned, Key="c", CopySource=f"{versioned}/k?versionId={marker}")


def test_removing_the_marker_brings_the_object_back(s3: Any, versioned: str) -> None:
    put = s3.put_object(Bucket=versioned, Key="k", Body=b"1")
    marker = s3.delete_object(Bucket=versioned, Key="k")
    assert marker["DeleteMarker"] is True
    gone = s3.delete_object(Bucket=versioned, Key="k", VersionId=marker["VersionId"])
    assert (gone["DeleteMarker"], gone["VersionId"]) == (True, marker["VersionId"])
    assert body_of(s3, versioned, "k") == b"1"
    gone = s3.delete_object(Bucket=versioned, Key="k", VersionId=put["VersionId"])
    assert "DeleteMarker" not in gone
    assert listed(s3, versioned) == []


def test_deleting_what_never_was_leaves_a_marker(s3: Any, versioned: str) -> None:
    marker = s3.delete_object(Bucket=versioned, Key="k")
    assert marker["DeleteMarker"] is True
    assert listed(s3, versioned) == [("marker", marker["VersionId"], True)]


def test_deleting_what_never_was_is_silent_without_versions(s3: Any, bucket: str) -> None:
    answer = s3.delete_object(Bucket=bucket, Key="k")
    assert not {"DeleteMarker", "VersionId"} & answer.keys()


def test_the_latest_of_many_quick_versions_is_the_last_one(s3: Any, versioned: str) -> None:
    ids = [s3.put_object(Bucket=versioned, Key="k", Body=b"%d" % n)["VersionId"] for n in range(5)]
    assert listed(s3, versioned) == [
        ("object", version, version == ids[-1]) for version in reversed(ids)
    ]
    assert [body_of(s3, versioned, "k", VersionId=version) for version in ids] == [
        b"0",
        b"1",
        b"2",
        b"3",
        b"4",
    ]


def test_a_suspended_bucket_keeps_its_versions_and_one_of_id_null(s3: Any, versioned: str) -> None:
    first = s3.put_object(Bucket=versioned, Key="k", Body=b"1")["VersionId"]
    suspend(s3, versioned)
    assert s3.put_object(Bucket=versioned, Key="k", Body=b"2")["VersionId"] == "null"
    s3.put_object(Bucket=versioned, Key="k", Body=b"3")
    assert listed(s3, versioned) == [("object", "null", True), ("object", first, False)]
    assert body_of(s3, versioned, "k", VersionId=first) == b"1"
    assert body_of(s3, versioned, "k", VersionId="null") == b"3"

    marker = s3.delete_object(Bucket=versioned, Key="k")
    assert (marker["VersionId"], marker["DeleteMarker"]) == ("null", True)
    assert listed(s3, versioned) == [("object", first, False), ("marker", "null", True)]
    s3.delete_object(Bucket=versioned, Key="k", VersionId="null")
    assert body_of(s3, versioned, "k") == b"1"


def test_what_was_there_before_versions_has_the_id_null(s3: Any, bucket: str) -> None:
    assert "VersionId" not in s3.put_object(Bucket=bucket, Key="k", Body=b"0")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    old = s3.get_object(Bucket=bucket, Key="k", VersionId="null")
    assert (old["Body"].read(), old["VersionId"]) == (b"0", "null")


def test_many_are_deleted_by_version_at_once(s3: Any, versioned: str) -> None:
    put = s3.put_object(Bucket=versioned, Key="a", Body=b"1")["VersionId"]
    s3.put_object(Bucket=versioned, Key="b", Body=b"1")
    marker = s3.delete_object(Bucket=versioned, Key="b")["VersionId"]
    names = [
        {"Key": "a", "VersionId": put},
        {"Key": "b", "VersionId": marker},
        {"Key": "never"},
        {"Key": "b", "ETag": '"other"'},
    ]
    answer = s3.delete_objects(Bucket=versioned, Delete={"Objects": names})
    first, second, third = answer["Deleted"]
    assert first == {"Key": "a", "VersionId": put}
    assert second == {
        "Key": "b",
        "VersionId": marker,
        "DeleteMarker": True,
        "DeleteMarkerVersionId": marker,
    }
    assert (third["Key"], third["DeleteMarker"]) == ("never", True)
    assert [error["Code"] for error in answer["Errors"]] == ["PreconditionFailed"]
    quiet = {"Objects": [{"Key": "b"}], "Quiet": True}
    assert "Deleted" not in s3.delete_objects(Bucket=versioned, Delete=quiet)


def test_a_policy_that_demands_tls_lets_in_those_on_this_machine(s3: Any, bucket: str) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [statement]}))

    s3.put_object(Bucket=bucket, Key="key", Body=b"1")
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"1"


def test_a_policy_forbids_the_deletion_of_each_object_it_names(s3: Any, bucket: str) -> None:
    for key in ("kept/1", "free/1"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/kept/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    named = {"Objects": [{"Key": "kept/1"}, {"Key": "free/1"}]}
    answer = s3.delete_objects(Bucket=bucket, Delete=named)
    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [
        ("kept/1", "AccessDenied")
    ]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["kept/1"]


def test_writes_are_conditional_on_what_is_there(s3: Any, versioned: str) -> None:
    place = {"Bucket": versioned, "Key": "k"}
    with refused(s3, "NoSuchKey"):
        s3.put_object(**place, Body=b"1", IfMatch='"x"')
    put = s3.put_object(**place, Body=b"1", IfNoneMatch="*")
    with refused(s3, "PreconditionFailed"):
        s3.put_object(**place, Body=b"2", IfNoneMatch="*")
    with refused(s3, "PreconditionFailed"):
        s3.put_object(**place, Body=b"2", IfMatch='"x"')
    with refused(s3, "NotImplemented"):
        s3.put_object(**place, Body=b"2", IfNoneMatch=put["ETag"])
    with refused(s3, "PreconditionFailed"):
        s3.copy_object(**place, CopySource=f"{versioned}/k", IfNoneMatch="*")
    with refused(s3, "PreconditionFailed"):
        s3.delete_object(**place, IfMatch='"x"')
    s3.put_object(**place, Body=b"2", IfMatch=put["ETag"])

    s3.delete_object(**place)
    with refused(s3, "NoSuchKey"):
        s3.put_object(**place, Body=b"3", IfMatch=put["ETag"])
    s3.put_object(**place, Body=b"3", IfNoneMatch="*")
    assert body_of(s3, versioned, "k") == b"3"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": "{etag}"}, 200),
        ({"If-Match": '"x", {etag}'}, 200),
        ({"If-Match": '"x"'}, 412),
        ({"If-None-Match": "{etag}"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-None-Match": "*"}, 304),
        ({"If-Modified-Since": "{past}"}, 200),
        ({"If-Modified-Since": "{future}"}, 304),
        ({"If-Unmodified-Since": "{past}"}, 412),
        ({"If-Unmodified-Since": "{future}"}, 200),
        ({"If-Match": "{etag}", "If-Unmodified-Since": "{past}"}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": "{future}"}, 200),
        ({"If-None-Match": "{etag}", "If-Modified-Since": "{past}"}, 304),
        ({"If-Modified-Since": "no date"}, 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reads_are_conditional(
    s3: Any, bucket: str, method: str, headers: dict[str, str], status: int
) -> None:
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    values = {
        "etag": etag,
        "past": "Mon, 01 Jan 2001 00:00:00 GMT",
        "future": "Fri, 01 Jan 2100 00:00:00 GMT",
    }
    sent = {name: value.format(**values) for name, value in headers.items()}
    answer = send(s3, method, f"/{bucket}/k", headers=sent)
    assert answer.status_code == status
    if status == 304:
        assert (answer.headers["etag"], answer.content) == (etag, b"")
        assert "content-type" not in answer.headers


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"CopySourceIfMatch": '"x"'}, "PreconditionFailed"),
        ({"CopySourceIfNoneMatch": "{etag}"}, "PreconditionFailed"),
        ({"CopySourceIfModifiedSince": "Fri, 01 Jan 2100 00:00:00 GMT"}, "PreconditionFailed"),
        ({"CopySourceIfUnmodifiedSince": "Mon, 01 Jan 2001 00:00:00 GMT"}, "PreconditionFailed"),
        ({"CopySourceIfMatch": "{etag}"}, None),
        ({"CopySourceIfNoneMatch": '"x"'}, None),
    ],
)
def test_copies_are_conditional(
    s3: Any, bucket: str, condition: dict[str, str], code: str | None
) -> None:
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]
    sent = {name: value.format(etag=etag) for name, value in condition.items()}
    copy = {"Bucket": bucket, "Key": "c", "CopySource": f"{bucket}/k", **sent}
    if code is None:
        s3.copy_object(**copy)
        return
    with refused(s3, code):
        s3.copy_object(**copy)


def test_of_many_writers_that_want_to_be_first_one_is(s3: Any, bucket: str) -> None:
    start = threading.Barrier(8)

    def write(number: int) -> str:
        start.wait()
        try:
            s3.put_object(Bucket=bucket, Key="k", Body=b"%d" % number, IfNoneMatch="*")
        except s3.exceptions.ClientError as error:
            code: str = error.response["Error"]["Code"]
            return code
        return "written"

    with ThreadPoolExecutor(8) as threads:
        outcomes = sorted(threads.map(write, range(8)))
    assert outcomes == ["PreconditionFailed"] * 7 + ["written"]


def test_no_version_is_lost_when_many_write_at_once(s3: Any, versioned: str) -> None:
    def write(number: int) -> str:
        put = s3.put_object(Bucket=versioned, Key="k", Body=b"%d" % number)
        version: str = put["VersionId"]
        return version

    with ThreadPoolExecutor(8) as threads:
        written = set(threads.map(write, range(24)))
    assert {version for _, version, _ in listed(s3, versioned)} == written
