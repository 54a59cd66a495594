"""What S3 checks before it does anything, one rule at a time."""

import io
import random
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest

from samulator.servers.aws.s3.checksums import ALGORITHMS, checksum, composite
from samulator.servers.aws.s3.chunked import AwsChunked
from samulator.servers.aws.s3.crc import CRC32C, CRC64NVME, Crc
from samulator.servers.aws.s3.errors import S3Error
from samulator.servers.aws.s3.names import is_bucket_name
from samulator.servers.aws.s3.policy import Policy
from samulator.servers.aws.s3.ranges import Piece, asked_part, asked_range


def test_checksums_are_the_published_ones() -> None:
    """The check values of the catalogue of CRCs, and of FIPS 180 for "abc"."""
    assert CRC32C.update(b"123456789") == 0xE3069283
    assert CRC64NVME.update(b"123456789") == 0xAE8B14860A799888
    assert checksum("CRC32", b"123456789") == "y/Q5Jg=="
    assert checksum("SHA1", b"abc") == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="
    assert checksum("SHA256", b"abc") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    assert {name: checksum(name, b"") for name in ("CRC32", "CRC32C", "CRC64NVME")} == {
        "CRC32": "AAAAAA==",
        "CRC32C": "AAAAAA==",
        "CRC64NVME": "AAAAAAAAAAA=",
    }


@pytest.mark.parametrize("crc", [CRC32C, CRC64NVME])
@pytest.mark.parametrize("size", [16_383, 16_384, 16_385, 50_001])
def test_a_long_block_has_the_checksum_of_its_bytes_one_by_one(crc: Crc, size: int) -> None:
    data = random.Random(size).randbytes(size)
    one_by_one = 0
    for start in range(0, size, 1000):
        one_by_one = crc.update(data[start : start + 1000], one_by_one)
    assert crc.update(data) == one_by_one
    assert crc.update(data[777:], crc.update(data[:777])) == one_by_one


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_composite_checksum_names_its_parts(algorithm: str) -> None:
    parts = [checksum(algorithm, b"a"), checksum(algorithm, b"b")]
    assert composite(algorithm, parts).endswith("-2")
    assert composite(algorithm, parts) != composite(algorithm, parts[::-1])


@pytest.mark.parametrize(
    ("name", "is_valid"),
    [
        ("abc", True),
        ("a.b-c.1", True),
        ("x" * 63, True),
        ("x" * 64, False),
        ("ab", False),
        ("Abc", False),
        ("a_b", False),
        ("a..b", False),
        (".abc", False),
        ("abc.", False),
        ("abc-", False),
        ("192.168.5.4", False),
        ("192.168.5.400", True),
        ("xn--bucket", False),
        ("bucket-s3alias", False),
        ("bucket\n", False),
        ("bückét", False),
    ],
)
def test_names_of_buckets(name: str, is_valid: bool) -> None:
    assert is_bucket_name(name) is is_valid


@pytest.mark.parametrize(
    ("asked", "size", "piece"),
    [
        (None, 10, None),
        ("bytes=0-0", 10, Piece(0, 0, 10)),
        ("bytes=-1", 10, Piece(9, 9, 10)),
        ("bytes=-20", 10, Piece(0, 9, 10)),
        ("bytes=3-", 10, Piece(3, 9, 10)),
        ("bytes=3-20", 10, Piece(3, 9, 10)),
        ("bytes=4-3", 10, None),
        ("bytes=-", 10, None),
        ("bytes=", 10, None),
        ("bytes=0-1,2-3", 10, None),
        ("items=0-1", 10, None),
    ],
)
def test_a_range_is_a_piece_or_is_passed_over(
    asked: str | None, size: int, piece: Piece | None
) -> None:
    assert asked_range(asked, size) == piece


@pytest.mark.parametrize(("asked", "size"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=-1", 0)])
def test_a_range_behind_the_end_is_refused(asked: str, size: int) -> None:
    with pytest.raises(S3Error, match="InvalidRange"):
        asked_range(asked, size)


def test_a_part_is_where_the_parts_before_it_end() -> None:
    assert asked_part("2", [5, 3, 2]) == Piece(5, 7, 10)
    for value in ("0", "x", "4", "10001", "-1"):
        with pytest.raises(S3Error, match="Invalid"):
            asked_part(value, [5, 3, 2])


@pytest.mark.parametrize(
    ("body", "data", "trailers"),
    [
        (b"0\r\n\r\n", b"", {}),
        (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", {}),
        (b"3;chunk-signature=00\r\n\r\n\n\r\n0\r\n\r\n", b"\r\n\n", {}),
        (
            b"1\r\na\r\n0\r\nX-Amz-Checksum-CRC32: AA==\r\n\r\n",
            b"a",
            {"x-amz-checksum-crc32": "AA=="},
        ),
        (b"1\r\na\r\n0\r\na:1\nb:2\r\n", b"a", {"a": "1", "b": "2"}),
    ],
)
def test_chunks_are_joined(body: bytes, data: bytes, trailers: dict[str, str]) -> None:
    chunked = AwsChunked(io.BytesIO(body))
    assert b"".join(chunked) == data
    assert chunked.trailers == trailers


@pytest.mark.parametrize(
    "body", [b"", b"5\r\nabc", b"-1\r\n", b"x\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"1\r\na\r\n", b"3"]
)
def test_chunks_that_do_not_add_up_are_refused(body: bytes) -> None:
    with pytest.raises(S3Error, match="IncompleteBody"):
        b"".join(AwsChunked(io.BytesIO(body)))


def policy(*conditions: tuple[Any, ...]) -> Policy:
    return Policy(datetime(2030, 1, 1, tzinfo=UTC), conditions)


@pytest.mark.parametrize(
    ("condition", "fields", "passes"),
    [
        (("eq", "key", "a"), {"key": "a"}, True),
        (("eq", "key", "a"), {"key": "ab"}, False),
        (("starts-with", "key", "a/"), {"key": "a/b"}, True),
        (("starts-with", "key", "a/"), {"key": "b/a/"}, False),
        (("starts-with", "key", ""), {"key": "anything"}, True),
        (("starts-with", "content-type", "image/"), {"content-type": "image/a,image/b"}, True),
        (("starts-with", "content-type", "image/"), {"content-type": "image/a,text/b"}, False),
        (("eq", "acl", "private"), {}, False),
        (("eq", "key", "a"), {"key": "a", "extra": "1"}, False),
        (("eq", "key", "a"), {"key": "a", "x-ignore-extra": "1", "policy": "p"}, True),
    ],
)
def test_fields_are_held_to_the_conditions(
    condition: tuple[str, ...], fields: dict[str, str], passes: bool
) -> None:
    outcome = nullcontext() if passes else pytest.raises(S3Error, match="AccessDenied")
    with outcome:
        policy(condition).check_fields({"bucket": "b", **fields})


@pytest.mark.parametrize(
    "encoded", ["", "%", "bm90IGpzb24=", "W10=", "e30=", "eyJleHBpcmF0aW9uIjogIngifQ=="]
)
def test_what_is_no_policy_is_named_so(encoded: str) -> None:
    with pytest.raises(S3Error, match="InvalidPolicyDocument"):
        Policy.parse(encoded)


def test_a_policy_ends() -> None:
    policy().check_time(datetime(2029, 12, 31, tzinfo=UTC))
    with pytest.raises(S3Error, match="Policy expired"):
        policy().check_time(datetime(2030, 1, 2, tzinfo=UTC))
