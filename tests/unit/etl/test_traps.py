"""Every trap that real files set, by name: what the plain pipeline gets wrong, done right."""

from datetime import datetime

import pytest

from etl.errors import Refused
from tests.unit.etl.cleaning import Written, run

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
GOOD = ["1", "2024-01-05", "C1", "Widget", "2", "9.5", "north"]
COLUMNS = HEADER.strip().split(",")


def line(**changes: str) -> str:
    values = dict(zip(COLUMNS, GOOD, strict=True)) | changes
    return ",".join(values.values()) + "\n"


def clean_lines(*lines: str) -> Written:
    """In one go; in seven ranges it must be the same."""
    text = HEADER + "".join(lines)
    written, size = run(text), len(text.encode())
    cuts = [size * i // 7 for i in range(1, 7)]
    assert run(text, cuts=cuts, workers=1).files == written.files
    return written


def kept(column: str, *values: str) -> list:
    written = clean_lines(
        *(line(**({"order_id": str(i)} | {column: value})) for i, value in enumerate(values))
    )
    return [row[column] for row in written.rows]


def test_first_row_bad_and_repeat_good_counts_a_lost_order():
    written = clean_lines(line(order_date="soon"), line())

    assert written.rows == []
    assert written.reasons == [(2, "invalid_order_date"), (3, "duplicate_differs")]
    assert written.cleaned.findings.lost_orders == 1


def test_exact_repeat_and_changed_repeat_are_counted_apart():
    written = clean_lines(line(), line(), line(price="8"))

    assert written.dropped[0][1:3] == ["duplicate_exact", "first on line 2"]
    assert written.dropped[1][1:3] == ["duplicate_differs", "first on line 2"]


@pytest.mark.parametrize("gap", ["", "3"])
def test_quantity_is_a_whole_number_with_and_without_gaps(gap):
    written = clean_lines(line(), line(order_id="2", quantity=gap))

    assert [row["quantity"] for row in written.rows] == [2, int(gap or 1)]
    assert written.csv_rows[0][4] == "2"


def test_rows_without_order_id_are_no_duplicates_of_each_other():
    written = clean_lines(line(order_id=""), line(order_id="  "), line(order_id="7"))

    assert written.reasons == [(2, "missing_order_id"), (3, "missing_order_id")]
    assert written.rows[0]["order_id"] == "7"


def test_blanks_around_ids_and_dates_do_not_matter():
    written = clean_lines(line(order_id=" X1", order_date=" 2024-01-06 "), line(order_id="X1"))

    assert written.rows[0]["order_id"] == "X1"
    assert written.rows[0]["order_date"] == datetime(2024, 1, 6)
    assert written.reasons == [(3, "duplicate_differs")]


def test_header_with_blanks_and_capitals_is_found():
    written = run(" Order_ID ,ORDER_DATE,customer_id,Product,quantity,price,Region\n" + line())

    assert list(written.rows[0]) == [*COLUMNS[:6], "Region"]


@pytest.mark.parametrize("first", ["2024-01-05", "2024-01-05T10:00:00", "garbage", "13/01/2024"])
def test_first_date_does_not_decide_how_the_others_are_read(first):
    others = ["2024-01-07", "2024/01/08", "2024-01-09T08:00:00Z", "05-01-2024", "25-01-2024"]

    dates = kept("order_date", first, *others)

    assert dates[-3:] == [
        datetime(2024, 1, 7),
        datetime(2024, 1, 8),
        datetime(2024, 1, 9, 8),
    ]


def test_mixed_zones_become_utc():
    assert kept("order_date", "2024-01-05T00:30:00+03:00", "2024-01-05T00:30:00Z") == [
        datetime(2024, 1, 4, 21, 30),
        datetime(2024, 1, 5, 0, 30),
    ]


@pytest.mark.parametrize(
    "impossible",
    [
        *("2024-02-30", "2023-02-29", "2024-06-31", "0000-00-00", "1600-01-01", "9999-12-31"),
        *("2262-04-12", "20240105", "now", "today", "24-01-05", "99999-01-01", "２０２４-01-05"),
        *("2024-1-5", "2024-13-01", "2024-01-05T25:00", "2024-01-05T23:59:60", "2024-W01-1"),
    ],
)
def test_impossible_or_undeclared_date_is_rejected(impossible):
    written = clean_lines(line(order_date=impossible))

    assert written.reasons == [(2, "invalid_order_date")]


@pytest.mark.parametrize("text", ["many", "3.5", "inf", "nan", "True", "9223372036854775808"])
@pytest.mark.parametrize("gap", [[], [""]])
def test_quantity_that_is_no_whole_number_is_rejected_and_the_type_stays(text, gap):
    assert kept("quantity", text, "3.0", *gap) == [3, *[1] * len(gap)]


def test_negative_and_zero_quantities_stay_and_are_counted():
    written = clean_lines(line(quantity="-2"), line(order_id="2", quantity="0"))

    findings = written.cleaned.findings
    assert (findings.rows_out, findings.quantity.negative, findings.quantity.zero) == (2, 1, 1)


def test_missing_price_customer_and_product_stay_as_nulls():
    written = clean_lines(line(price="", customer_id="", product=" "))

    assert [written.rows[0][c] for c in ("price", "customer_id", "product")] == [None] * 3
    assert written.csv_rows[0] == ["1", "2024-01-05", "", "", "2", "", "north"]


def test_long_numeric_ids_are_never_merged():
    ids = ["9007199254740993", "9007199254740992", "99999999999999999999999"]

    assert kept("order_id", *ids) == ids


@pytest.mark.parametrize("neighbour", ["8", "X8"])
def test_ids_are_text_whatever_their_neighbours_are(neighbour):
    ids = ["007", "7", "7.0", "1E5", "100000", neighbour]

    assert kept("order_id", *ids) == ids


def test_words_that_mean_missing_elsewhere_are_values_here():
    words = ["NA", "null", "None", "nan", "n/a", "NULL", "N/A"]

    assert kept("product", *words) == words
    assert kept("customer_id", *words) == words


@pytest.mark.parametrize("rows", ["", "\n\n"])
def test_header_alone_gives_an_empty_table_of_the_same_types(rows):
    import io

    from pyarrow import parquet

    empty, full = run(HEADER + rows), clean_lines(line())

    schemas = [
        parquet.read_schema(io.BytesIO(written.files["processed_output.parquet"]))
        for written in (empty, full)
    ]
    assert schemas[0] == schemas[1]
    assert empty.cleaned.findings.rows_in == 0


@pytest.mark.parametrize(
    ("content", "reason", "message"),
    [
        (b"", "empty_file", "empty"),
        (b"\n \r\n", "empty_file", "empty"),
        (b"a,b\n1,2\n", "no_header", "names none of the columns"),
        (HEADER.replace("price", "cost").encode(), "missing_column", "Missing column: price"),
        (HEADER.replace("region", "ORDER_ID").encode(), "duplicate_column", "order_id"),
        (HEADER.encode() + line(product="Caf\xe9").encode("cp1252"), "undecodable", "Line 2"),
        (HEADER.encode() + b'1,"2024\n' + line().encode(), "unterminated_quote", "line 2"),
        (b"\x1f\x8b\x08\x00broken", "corrupt_gzip", "gzip"),
    ],
)
def test_file_that_nobody_can_read_is_refused_with_the_reason(content, reason, message):
    with pytest.raises(Refused, match=message) as refused:
        run(content)

    assert refused.value.reason == reason


def test_unterminated_quote_names_the_line_on_which_it_opens():
    text = HEADER + line() + line(product='"two\nlines"') + line(product='"open')

    with pytest.raises(Refused) as refused:
        run(text + line() * 5)

    assert refused.value.line == 5


def test_one_long_row_does_not_spoil_the_file():
    written = clean_lines(line(), line(region="a,b"), line(order_id="2"))

    assert written.dropped[0][:3] == ["3", "malformed_row", "8 fields, not 7"]
    assert len(written.rows) == 2


def test_trailing_comma_on_every_row_shifts_nothing():
    written = clean_lines(line().replace("\n", ",\n"), line(order_id="2").replace("\n", ",\n"))

    assert written.rows == clean_lines(line(), line(order_id="2")).rows


def test_trailing_comma_on_the_header_too_is_one_more_column():
    written = run(HEADER.replace("\n", ",\n") + line().replace("\n", ",\n"))

    assert written.rows[0]["column_8"] is None


def test_header_line_inside_the_data_is_dropped():
    written = clean_lines(line(), HEADER, line(order_id="2"))

    assert written.reasons == [(3, "repeated_header")]
    assert [row["quantity"] for row in written.rows] == [2, 2]


@pytest.mark.parametrize("spelt", [str, str.upper, lambda header: header.replace(",", " , ")])
@pytest.mark.parametrize("chunk_bytes", [60, 8 << 20])
def test_a_header_of_another_order_refuses_the_file_and_swaps_no_columns(spelt, chunk_bytes):
    swapped = ",".join([*COLUMNS[:4], "price", "quantity", "region"]) + "\n"
    good = line() + HEADER + line(order_id="2")
    with pytest.raises(Refused) as refused:
        run(HEADER + good + spelt(swapped) + line(order_id="3"), chunk_bytes=chunk_bytes)
    assert (refused.value.reason, refused.value.line) == ("changed_header", 5)


def test_a_header_of_other_names_refuses_the_file_too():
    other = HEADER.replace("quantity,price", "unit_price,qty")
    with pytest.raises(Refused) as refused:
        run(HEADER + line() + other + line(order_id="2"))
    assert (refused.value.reason, refused.value.line) == ("changed_header", 3)


def test_names_of_columns_among_other_values_refuse_no_file():
    words = clean_lines(line(quantity="price", product="product"), line(order_id="2"))
    assert words.reasons == [(2, "invalid_quantity")]


def test_nul_byte_is_kept():
    assert kept("product", "a\0b") == ["a\0b"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("19.90", 19.9), ("$5.00", 5.0), ("5.00 EUR", 5.0), ("€5", 5.0), ("1,200.50", 1200.5)),
        *(("1 200.50", 1200.5), ("1'200", 1200.0), ("-$4.50", -4.5), ("1e3", 1000.0)),
    ],
)
def test_price_with_currency_and_thousands_is_read(text, value):
    written = clean_lines(line(price=f'"{text}"'))

    assert written.rows[0]["price"] == value


@pytest.mark.parametrize(
    "text", ["12,50", "1.200,50", "1,20,0", "five", "$", "inf", "nan", "1e400", "12 34", "$5 EUR"]
)
def test_price_that_could_mean_two_things_is_rejected(text):
    written = clean_lines(line(price=f'"{text}"'))

    assert written.reasons == [(2, "invalid_price")]


def test_csv_dates_have_one_form_per_file():
    plain = clean_lines(line(), line(order_id="2", order_date="2024-01-06T00:00:00"))
    timed = clean_lines(line(), line(order_id="2", order_date="2024-01-06T07:05"))
    exact = clean_lines(line(), line(order_id="2", order_date="2024-01-06T07:05:01.5"))

    dates = [[row[1] for row in written.csv_rows] for written in (plain, timed, exact)]
    assert dates == [
        ["2024-01-05", "2024-01-06"],
        ["2024-01-05 00:00:00", "2024-01-06 07:05:00"],
        ["2024-01-05 00:00:00.000000", "2024-01-06 07:05:01.500000"],
    ]


def test_time_that_appears_late_in_a_long_file_changes_every_line():
    rows = [line(order_id=str(i)) for i in range(200)]
    rows.append(line(order_id="last", order_date="2024-01-06T07:05"))

    written = run(HEADER + "".join(rows), chunk_bytes=512)

    assert len({len(row[1]) for row in written.csv_rows}) == 1
    assert len(written.rows) == len(written.csv_rows) == 201


def test_text_that_a_spreadsheet_would_run_is_left_as_it_is():
    assert kept("product", "=1+1", "@x", "+a") == ["=1+1", "@x", "+a"]


def test_extra_columns_pass_through_as_text_untouched():
    assert kept("region", " north ", "007", "1.0") == [" north ", "007", "1.0"]
