"""Encodings, delimiters, line ends and zipped files: the same rows come out of each."""

import gzip

import pytest

from etl.errors import Refused, TooLarge
from etl.source.decode import utf8_chunks
from tests.unit.etl.cleaning import run

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
TEXT = HEADER + '1,2024-01-05,C1,Café,2,9.5,"a\nb"\n\n2,2024-01-06,C2,"Dé ""x""",3,1.25,n\nbad\n'
ROWS = run(TEXT).rows


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.rstrip("\n").encode(),
        gzip.compress(TEXT.encode()),
        gzip.compress(TEXT[:100].encode()) + gzip.compress(TEXT[100:].encode()),
        gzip.compress(TEXT.encode("utf-16")),
    ],
    ids=["bom", "utf-16", "utf-16-be", "no last line end", "gzip", "two gzip members", "gz utf-16"],
)
@pytest.mark.parametrize("chunk_bytes", [8 << 20, 13])
def test_encoded_or_zipped_file_gives_the_same_rows(content, chunk_bytes):
    written = run(content, chunk_bytes=chunk_bytes)

    assert written.rows == ROWS
    assert written.reasons == [(6, "malformed_row")]


@pytest.mark.parametrize("chunk_bytes", [8 << 20, 13, 1])
@pytest.mark.parametrize("end", ["\x1a", "\x1a" * 128], ids=["one", "a sector of them"])
@pytest.mark.parametrize("text", [TEXT, TEXT[:-4].rstrip("\n")], ids=["below", "behind a value"])
def test_the_end_mark_of_dos_is_no_row_and_no_part_of_a_value(text, end, chunk_bytes):
    written = run(text + end, chunk_bytes=chunk_bytes)

    assert written.rows == ROWS
    assert written.reasons == run(text).reasons


def test_an_end_mark_that_is_not_at_the_end_stays_a_row():
    assert run(f"{TEXT}\x1a\n").reasons == [(6, "malformed_row"), (7, "malformed_row")]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_give_the_same_rows_and_line_numbers(end):
    written = run(TEXT.replace("\n", end), chunk_bytes=29)

    assert [row["order_id"] for row in written.rows] == ["1", "2"]
    assert written.rows[0]["region"] == f"a{end}b"
    assert written.reasons == [(6, "malformed_row")]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiter_is_found_from_the_header(delimiter):
    written = run(TEXT.replace(",", delimiter))

    assert written.rows == ROWS
    assert written.cleaned.findings.reading.delimiter == delimiter


def test_commas_inside_a_semicolon_file_are_quoted_in_the_output():
    header = HEADER.replace(",", ";")

    written = run(header + "1;2024-01-05;C1;a,b;2;9.5;n\n")

    assert written.rows[0]["product"] == "a,b"
    assert written.csv_rows[0][3] == "a,b"


def test_columns_are_found_in_any_order():
    written = run("price,product,order_date,quantity,customer_id,order_id\n1,W,2024-01-05,2,C,7\n")

    assert list(written.rows[0]) == [
        *("price", "product", "order_date", "quantity", "customer_id", "order_id")
    ]
    assert written.rows[0]["order_id"] == "7"


def test_inch_marks_inside_plain_fields_are_text_and_keep_line_numbers_true():
    text = HEADER + '1,2024-01-05,C,5" pipe,2,1,n\nbad\n2,2024-01-05,C,"x"y,2,1,"a\nb"\nbad\n'

    written = run(text)

    assert [row["product"] for row in written.rows] == ['5" pipe', "xy"]
    assert written.reasons == [(3, "malformed_row"), (6, "malformed_row")]
    assert [row["region"] for row in written.rows] == ["n", "a\nb"]


def test_declared_encoding_decimal_comma_dates_and_names_need_no_code():
    text = (
        "Bestellung;Datum;Kunde;Artikel;Menge;Preis\n"
        "A1;05/01/2024;7;Gerät;3,0;1.234,50 €\n"
        "A1;31/12/2023;7;Gerät;2;2,5\n"
        "A2;31/02/2024;7;Gerät;2;2,5\n"
    )
    names = ["order_id", "order_date", "customer_id", "product", "quantity", "price"]
    columns = dict(zip(text.partition("\n")[0].lower().split(";"), names, strict=True))

    written = run(
        text.encode("cp1252"),
        delimiter=";",
        decimal=",",
        encoding="cp1252",
        date_formats=("%d/%m/%Y",),
        columns=columns,
        key=("order_id", "order_date"),
    )

    assert [row["price"] for row in written.rows] == [1234.5, 2.5]
    assert [str(row["order_date"].date()) for row in written.rows] == ["2024-01-05", "2023-12-31"]
    assert written.reasons == [(4, "invalid_order_date")]


def test_declared_dates_replace_the_default_and_are_tried_in_order():
    rows = "".join(f"{i},{d},C,W,1,1,n\n" for i, d in enumerate(["05/01/2024", "2024-01-05"]))

    written = run(HEADER + rows, date_formats=("%d/%m/%Y", "%m/%d/%Y"))

    assert [str(row["order_date"].date()) for row in written.rows] == ["2024-01-05"]


def test_unpacked_size_counts_against_the_limit(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 5_000_000))

    with pytest.raises(TooLarge, match="unpacks"):
        list(utf8_chunks(path, max_bytes=1_000_000, chunk_bytes=65536))


def test_cut_gzip_file_is_refused():
    with pytest.raises(Refused, match="cut short"):
        run(gzip.compress(TEXT.encode() * 50)[:-10])
