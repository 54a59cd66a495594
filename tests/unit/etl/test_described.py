"""What a description adds to a file: columns, words for missing, time zones, other keys."""

from datetime import datetime

import pytest

from etl.errors import Refused
from tests.unit.etl.cleaning import run

COLUMNS = "order_id,customer_id,product,quantity,price,order_date"
HEADER = COLUMNS + "\n"


def row(order_id: str = "1", **changes: str) -> str:
    cells = dict(zip(COLUMNS.split(","), [order_id, "C", "W", "1", "5", "2024-01-05"], strict=True))
    return ",".join((cells | changes).values()) + "\n"


def refusal_of(content: str, **described: object) -> Refused:
    with pytest.raises(Refused) as refused:
        run(content, **described)
    return refused.value


# Words that mean missing.


def test_words_that_mean_missing_are_missing_in_every_column():
    rows = row("1", customer_id="NULL") + row("2", quantity=" N/A ") + row("3", price="N/A")
    dates = row("4", order_date="NULL") + row("NULL") + row("6", product="n/a")

    written = run(HEADER + rows + dates, missing=["NULL", "N/A"])

    assert [found["order_id"] for found in written.rows] == ["1", "2", "3", "6"]
    assert written.rows[0]["customer_id"] is None
    assert (written.rows[1]["quantity"], written.rows[2]["price"]) == (1, None)
    assert written.rows[3]["product"] == "n/a"
    assert written.reasons == [(5, "missing_order_date"), (6, "missing_order_id")]
    assert written.cleaned.findings.quantity.filled == 1
    assert [cells[4] for cells in written.csv_rows] == ["5", "5", "", "5"]


def test_words_by_column_count_in_their_column_alone():
    content = HEADER.strip() + ",Note\n" + row(product="-", price="-").strip() + ",-\n"

    (found,) = run(content, missing={"price": ["-"], "note": ["-"]}).rows

    assert (found["product"], found["price"], found["Note"]) == ("-", None, None)


def test_words_are_values_unless_described():
    assert run(HEADER + row(customer_id="NULL")).rows[0]["customer_id"] == "NULL"
    assert run(HEADER + row(quantity="N/A")).reasons == [(2, "invalid_quantity")]


def test_words_of_a_column_that_is_absent_are_refused():
    assert refusal_of(HEADER + row(), missing={"region": ["-"]}).reason == "missing_column"


def test_missing_part_of_a_key_is_missing_in_both_passes():
    rows = row(product="NULL") + row(product="") + row(product="W")

    written = run(HEADER + rows, missing=["NULL"], key=["order_id", "product"])

    assert [found["product"] for found in written.rows] == [None, "W"]


# No header line, constant columns.


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_file_without_a_header_line_has_the_described_columns(delimiter):
    content = (row("1") + "x\n" + row("2")).replace(",", delimiter)

    written = run(content, column_names=COLUMNS.split(","))

    assert [found["order_id"] for found in written.rows] == ["1", "2"]
    assert written.reasons == [(2, "malformed_row")]
    assert written.cleaned.findings.reading.header_line == 0


def test_titles_above_rows_without_a_header_are_skipped_where_described():
    written = run("Report\n\n" + row("1"), column_names=COLUMNS.split(","), header_line=3)

    assert [found["order_id"] for found in written.rows] == ["1"]


def test_described_columns_that_do_not_fit_are_refused():
    names = [*COLUMNS.split(","), "region"]

    assert refusal_of(row("1") + row("2"), column_names=names).reason == "wrong_width"
    assert refusal_of(row("1"), column_names=["order_id"]).reason == "missing_column"


def test_constant_column_has_its_text_in_every_row():
    content = "order_id,product,quantity,price,order_date\n1,W,1,5,2024-01-05\n1,W,1,5,2024-01-05\n"

    written = run(content, constants={"customer_id": "web", "Shop": "a,b"})

    assert [(found["customer_id"], found["Shop"]) for found in written.rows] == [("web", "a,b")]
    assert written.csv_rows == [["1", "W", "1", "5", "2024-01-05", "web", "a,b"]]
    assert written.reasons == [(3, "duplicate_exact")]


def test_constants_and_repeated_headers_and_short_rows_go_together():
    header = "order_id,product,quantity,price,order_date,note\n"
    rows = "1,W,1,5,2024-01-05,n\n" + header + "2,W,1,5,2024-01-05\n"

    written = run(header + rows, constants={"customer_id": "web"})

    assert [(found["order_id"], found["note"]) for found in written.rows] == [
        ("1", "n"),
        ("2", None),
    ]
    assert written.reasons == [(3, "repeated_header")]


def test_every_column_can_be_constant():
    texts = dict(zip(COLUMNS.split(","), row().strip().split(","), strict=True))

    written = run("note\na\nb\nnote\n", constants=texts, key="none")

    assert [(found["order_id"], found["note"]) for found in written.rows] == [
        ("1", "a"),
        ("1", "b"),
    ]
    assert written.reasons == [(4, "repeated_header")]


def test_constant_for_a_column_of_the_file_is_refused():
    assert refusal_of(HEADER + row(), constants={" Price ": "5"}).reason == "duplicate_column"


# Dates.


def test_time_in_a_column_of_its_own_joins_its_date():
    content = HEADER.strip() + ",Time\n" + row().strip() + ",10:30\n" + row("2").strip() + ",\n"

    written = run(content, time_column="time")

    assert [found["order_date"] for found in written.rows] == [
        datetime(2024, 1, 5, 10, 30),
        datetime(2024, 1, 5),
    ]
    assert [cells[5:] for cells in written.csv_rows] == [
        *[["2024-01-05 10:30:00", "10:30"], ["2024-01-05 00:00:00", ""]]
    ]
    assert refusal_of(content, time_column="hour").reason == "missing_column"


def test_header_again_is_known_where_the_time_has_its_column():
    header = HEADER.strip() + ",time\n"

    written = run(header + header + row().strip() + ",10:30\n", time_column="time")

    assert written.reasons == [(2, "repeated_header")]


@pytest.mark.parametrize("key", [["order_id", "order_date"], "row"])
def test_date_in_a_key_has_its_time(key):
    header = HEADER.strip() + ",time\n"
    rows = [row().strip() + f",{time}\n" for time in ("10:30", "11:00", "10:30")]

    written = run(header + "".join(rows), time_column="time", key=key)

    assert written.reasons == [(4, "duplicate_exact")]


def test_joined_time_changes_rows_that_look_finished():
    content = HEADER.strip() + ",time\n" + row().strip() + ",10:30:00\n"

    assert run(content, time_column="time").csv_rows[0][5] == "2024-01-05 10:30:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-07-01 10:00:00", datetime(2024, 7, 1, 8)),
        ("2024-01-01 00:30", datetime(2023, 12, 31, 23, 30)),
        ("2024-07-01T10:00:00+00:00", datetime(2024, 7, 1, 10)),
        ("2024-07-01 10:00:00 UTC", datetime(2024, 7, 1, 10)),
        ("2024-07-01", datetime(2024, 7, 1)),
        ("2024-03-31 02:30", None),
        ("2024-10-27 02:30", datetime(2024, 10, 27, 0, 30)),
    ],
)
def test_times_without_an_offset_are_those_of_the_described_zone(text, moment):
    written = run(HEADER + row(order_date=text), time_zone="Europe/Berlin")

    assert [found["order_date"] for found in written.rows] == ([moment] if moment else [])


# Quantities and keys.


@pytest.mark.parametrize(
    ("text", "whole"), [("2.5", 3), ("-2.5", -3), ("2.4", 2), ("0.4", 0), ("3.0", 3), ("x", None)]
)
def test_fractional_quantity_is_rounded_where_described(text, whole):
    written = run(HEADER + row(quantity=text), fractional_quantity="round")

    assert [found["quantity"] for found in written.rows] == ([] if whole is None else [whole])
    assert written.cleaned.findings.quantity.rounded == (text not in ("3.0", "x"))


def test_whole_row_as_key_drops_exact_repeats_alone():
    rows = row() + row(price="6") + row() + row(price=" 6 ")

    written = run(HEADER + rows, key="row")

    assert [found["price"] for found in written.rows] == [5, 6]
    assert {reason for _, reason in written.reasons} == {"duplicate_exact"}


def test_no_key_keeps_every_row():
    written = run(HEADER + row() * 3 + row(""), key="none")

    assert len(written.rows) == 3
    assert written.reasons == [(5, "missing_order_id")]
