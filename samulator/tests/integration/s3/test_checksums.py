"""What S3 says an object's checksum is, it is: however the object came to be."""

import hashlib
from typing import Any

import pytest

from samulator.servers.aws.s3.checksums import checksum, composite
from testkit.s3_calls import ALGORITHMS, MIB, named, refused, upload

PARTS = [b"a" * (5 * MIB), b"b" * 1000]
WHOLE = b"".join(PARTS)
TYPES = [
    (algorithm, kind)
    for algorithm in ALGORITHMS
    for kind in ("COMPOSITE", "FULL_OBJECT")
    if (algorithm, kind)
    not in {("CRC64NVME", "COMPOSITE"), ("SHA1", "FULL_OBJECT"), ("SHA256", "FULL_OBJECT")}
]


def told(s3: Any, bucket: str, key: str, **values: str) -> dict[str, Any]:
    head: dict[str, Any] = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED", **values)
    return {name: value for name, value in head.items() if name.startswith("Checksum")}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_put_keeps_the_checksum_it_came_with(s3: Any, bucket: str, algorithm: str) -> None:
    sums = named(algorithm, b"data")
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"data", **sums)
    expected = sums | {"ChecksumType": "FULL_OBJECT"}
    assert {name: put[name] for name in expected} == expected
    assert told(s3, bucket, "k") == expected
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == b"data"


@pytest.mark.parametrize(("algorithm", "kind"), TYPES)
def test_a_multipart_upload_has_the_checksum_it_asked_for_and_its_copy_one_of_the_whole(
    s3: Any, bucket: str, algorithm: str, kind: str
) -> None:
    # Two parts are 5 MiB at least: once is enough.
    parts = PARTS if algorithm == "CRC32" else [b"the only part"]
    content = b"".join(parts)
    done = upload(s3, bucket, "m", parts, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    value = (
        checksum(algorithm, content)
        if kind == "FULL_OBJECT"
        else composite(algorithm, [checksum(algorithm, part) for part in parts])
    )
    expected = {f"Checksum{algorithm}": value, "ChecksumType": kind}
    assert {name: done[name] for name in expected} == expected
    assert told(s3, bucket, "m") == expected

    copy = s3.copy_object(Bucket=bucket, Key="c", CopySource=f"{bucket}/m")["CopyObjectResult"]

    whole = named(algorithm, content) | {"ChecksumType": "FULL_OBJECT"}
    assert {name: copy[name] for name in whole} == whole
    assert told(s3, bucket, "c") == whole
    assert copy["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'
    read = s3.get_object(Bucket=bucket, Key="c", ChecksumMode="ENABLED")["Body"].read()
    assert read == content


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_copy_may_choose_another_algorithm(s3: Any, bucket: str, algorithm: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    s3.copy_object(Bucket=bucket, Key="c", CopySource=f"{bucket}/k", ChecksumAlgorithm=algorithm)
    assert told(s3, bucket, "c") == named(algorithm, b"data") | {"ChecksumType": "FULL_OBJECT"}


def test_a_copy_of_an_older_version_has_that_versions_checksum(s3: Any, versioned: str) -> None:
    old = s3.put_object(Bucket=versioned, Key="k", Body=b"old")
    s3.put_object(Bucket=versioned, Key="k", Body=b"new")
    source = {"Bucket": versioned, "Key": "k", "VersionId": old["VersionId"]}
    copy = s3.copy_object(Bucket=versioned, Key="k", CopySource=source)
    assert copy["CopySourceVersionId"] == old["VersionId"]
    assert copy["CopyObjectResult"]["ChecksumCRC32"] == checksum("CRC32", b"old")
    assert s3.get_object(Bucket=versioned, Key="k")["Body"].read() == b"old"


def test_a_part_that_is_copied_has_its_own_checksum(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    place = {"Bucket": bucket, "Key": "m"}
    begun = s3.create_multipart_upload(**place, ChecksumAlgorithm="SHA256")
    part = s3.upload_part_copy(
        **place,
        UploadId=begun["UploadId"],
        PartNumber=1,
        CopySource=f"{bucket}/k",
        CopySourceRange="bytes=2-5",
    )["CopyPartResult"]
    assert part["ChecksumSHA256"] == checksum("SHA256", b"2345")
    listed = s3.list_parts(**place, UploadId=begun["UploadId"])["Parts"]
    assert [(each["Size"], each["ChecksumSHA256"]) for each in listed] == [
        (4, part["ChecksumSHA256"])
    ]


def test_a_part_of_an_object_is_read_without_the_whole_objects_checksum(
    s3: Any, bucket: str
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    ranged = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED", Range="bytes=2-4")
    assert ranged["Body"].read() == b"234"
    assert "ChecksumCRC32" not in ranged
    whole = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED", Range="bytes=0-99")
    assert whole["ChecksumCRC32"] == checksum("CRC32", b"0123456789")


def test_attributes_tell_the_checksum_and_the_parts(s3: Any, bucket: str) -> None:
    upload(s3, bucket, "m", PARTS, ChecksumAlgorithm="SHA1")
    wanted = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    told = s3.get_object_attributes(Bucket=bucket, Key="m", ObjectAttributes=wanted)
    sums = [checksum("SHA1", part) for part in PARTS]
    assert told["Checksum"] == {
        "ChecksumSHA1": composite("SHA1", sums),
        "ChecksumType": "COMPOSITE",
    }
    assert told["ObjectParts"]["TotalPartsCount"] == 2
    assert [part["ChecksumSHA1"] for part in told["ObjectParts"]["Parts"]] == sums
    assert (told["ObjectSize"], told["StorageClass"]) == (len(WHOLE), "STANDARD")
    assert told["ETag"].endswith("-2")


def test_a_part_can_be_read_by_its_number(s3: Any, bucket: str) -> None:
    upload(s3, bucket, "m", PARTS)
    second = s3.get_object(Bucket=bucket, Key="m", PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"]) == (PARTS[1], 2)
    assert s3.head_object(Bucket=bucket, Key="m", PartNumber=1)["ContentLength"] == len(PARTS[0])
    with refused(s3, "InvalidPartNumber"):
        s3.get_object(Bucket=bucket, Key="m", PartNumber=3)


@pytest.mark.parametrize(
    ("algorithm", "kind"), [("CRC64NVME", "COMPOSITE"), ("SHA256", "FULL_OBJECT")]
)
def test_a_type_that_the_algorithm_cannot_have_is_refused(
    s3: Any, bucket: str, algorithm: str, kind: str
) -> None:
    with refused(s3, "InvalidRequest"):
        s3.create_multipart_upload(
            Bucket=bucket, Key="m", ChecksumAlgorithm=algorithm, ChecksumType=kind
        )


def test_attributes_tell_the_parts_page_by_page(s3: Any, bucket: str) -> None:
    upload(s3, bucket, "m", PARTS, ChecksumAlgorithm="CRC32")
    page = s3.get_object_attributes(
        Bucket=bucket, Key="m", ObjectAttributes=["ObjectParts"], MaxParts=1, PartNumberMarker=1
    )["ObjectParts"]
    assert [part["PartNumber"] for part in page["Parts"]] == [2]
    assert (page["IsTruncated"], page["TotalPartsCount"]) == (False, 2)
