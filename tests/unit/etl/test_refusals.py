"""Files that are no CSV text: the refusal says what each looks like and what to do."""

import codecs
import gzip
import io
import random
import zipfile

import pyarrow as pa
import pytest
from pyarrow import parquet

from etl.errors import Refused
from tests.unit.etl.cleaning import run

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
TEXT = HEADER + "".join(f"{i},2024-01-05,C1,Café,2,9.5,n\n" for i in range(300))


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, TEXT)
    return content.getvalue()


def as_parquet() -> bytes:
    content = io.BytesIO()
    parquet.write_table(pa.table({"order_id": ["1"]}), content)
    return content.getvalue()


def refusal_of(content: bytes, **described: object) -> Refused:
    with pytest.raises(Refused) as refused:
        run(content, **described)
    return refused.value


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (zipped("orders.csv"), "a zip archive"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "an old Excel workbook (.xls)"),
        (as_parquet(), "a Parquet file"),
        (gzip.compress(as_parquet()), "a Parquet file"),
        (gzip.compress(gzip.compress(TEXT.encode())), "a gzip file inside a gzip file"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "a Zstandard file"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (b"<!DOCTYPE html><title>403 Forbidden</title>", "a web page"),
        (b"<HTML><body>403</body></HTML>", "a web page"),
        (b"\xef\xbb\xbf\r\n\r\n <html><body>", "a web page"),
        (b"<table><tr><td>order_id</td></tr></table>", "a web page"),
        (b'<?xml version="1.0"?><Error/>', "an XML document"),
        (b'[{"order_id": 1, "price": 2}]', "JSON"),
        (b' {\n "orders": [{"order_id": 1}]}', "JSON"),
        (b'{"order_id": 1}\n{"order_id": 2}\n', "JSON"),
        (codecs.BOM_UTF8 + b'[{"order_id": 1}' + b', {"order_id": 2}' * 20_000 + b"]", "JSON"),
    ],
)
def test_file_of_another_kind_is_refused_by_what_it_looks_like(content, looks):
    refused = refusal_of(content)

    assert refused.reason == "not_csv"
    assert f"looks like {looks}. " in refused.message


def test_bytes_that_are_neither_text_nor_gzip_are_refused_as_such():
    refused = refusal_of(random.Random(3).randbytes(9000))

    assert refused.reason == "not_csv"
    assert "neither CSV nor gzip" in refused.message


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_refused_by_name_and_read_once_declared(codec):
    content = TEXT.encode(codec)

    refused = refusal_of(content)

    assert refused.reason == "undecodable"
    assert f'"encoding": "{codec}"' in refused.message
    assert run(content, encoding=codec).rows == run(TEXT).rows


def test_utf32_with_its_mark_is_not_taken_for_utf16():
    assert run(codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le")).rows == run(TEXT).rows


def test_text_in_a_legacy_encoding_is_text_that_needs_its_encoding_declared():
    refused = refusal_of(TEXT.encode("cp1252"))

    assert (refused.reason, refused.line) == ("undecodable", 2)


def test_content_decides_whether_a_file_is_gzip_whatever_its_name():
    assert run(gzip.compress(TEXT.encode())).rows == run(TEXT.encode()).rows


@pytest.mark.parametrize("kept_bytes", [2, 30, -1, -12])
def test_gzip_file_that_was_cut_is_refused_as_cut_short(kept_bytes):
    refused = refusal_of(gzip.compress(TEXT.encode())[:kept_bytes])

    assert refused.reason == "corrupt_gzip"
    assert "cut short" in refused.message


def test_gzip_file_with_a_wrong_byte_or_more_behind_it_is_refused_as_damaged():
    whole = gzip.compress(TEXT.encode())
    wrong = whole[:-8] + bytes([whole[-8] ^ 255]) + whole[-7:]

    for content in (wrong, whole + b"more"):
        refused = refusal_of(content)
        assert refused.reason == "corrupt_gzip"
        assert "damaged" in refused.message


@pytest.mark.parametrize("rows", [1, 20_000, 100_000])
def test_quote_left_open_in_the_header_is_refused_as_that(rows):
    header = HEADER.replace("order_date", '"order_date')

    refused = refusal_of(header + "1,2024-01-05,C1,Widget,2,9.5,n\n" * rows)

    assert (refused.reason, refused.line) == ("unterminated_quote", 1)
    assert "first line" in refused.message


def test_quote_left_open_in_the_last_name_is_refused_rather_than_hide_all_rows():
    refused = refusal_of(HEADER.replace("region", '"region') + "1,2024-01-05,C1,Widget,2,9.5,n\n")

    assert (refused.reason, refused.line) == ("unterminated_quote", 1)


def test_quoted_name_over_two_lines_is_a_name():
    row = "1,2024-01-05,C1,Widget,2,9.5,n\n"

    assert run(HEADER.replace("region", '"sales\nregion"') + row).rows[0]["sales\nregion"] == "n"


def test_one_long_line_of_no_columns_is_refused_for_its_header():
    refused = refusal_of(b"QUJD" * 50_000)

    assert refused.reason == "no_header"
    assert len(refused.message) < 200
