"""Rows of another width than the header's: read where nothing is lost, else refused or dropped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import Refused
from tests.unit.etl.cleaning import Written, run

COLUMNS = "order_id,customer_id,product,quantity,price,order_date"
HEADER = COLUMNS + "\n"
ROWS = ["1,C1,W,1,5,2024-01-05", '2,"C\n2",W,1,6,2024-01-06', "3,C3,W,2,7,2024-01-07"]


def file(header: str, rows: list[str], *, behind: str = "", end: str = "\n") -> str:
    return end.join([header, *(row + behind for row in rows)]) + end


def ids(written: Written) -> list[str]:
    return [row["order_id"] for row in written.rows]


def refusal_of(content: str, **described: object) -> Refused:
    with pytest.raises(Refused) as refused:
        run(content, **described)
    return refused.value


@pytest.mark.parametrize("behind", [",", ",,,", ', " "', ",\u200b"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("chunk_bytes", [8 << 20, 40])
def test_delimiter_behind_every_row_is_read_past(behind, end, chunk_bytes):
    written = run(file(COLUMNS, ROWS, behind=behind, end=end), chunk_bytes=chunk_bytes)

    assert ids(written) == ["1", "2", "3"]
    assert list(written.rows[0]) == COLUMNS.split(",")
    assert all(len(row) == 6 for row in written.csv_rows)


def test_delimiter_behind_the_header_alone_is_no_column():
    written = run(file(COLUMNS + ",", ROWS))

    assert ids(written) == ["1", "2", "3"]
    assert list(written.rows[0]) == COLUMNS.split(",")


def test_delimiter_behind_header_and_rows_stays_an_empty_column():
    assert run(file(COLUMNS + ",", ROWS, behind=",")).rows[0]["column_7"] is None


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (COLUMNS, [row + ",x" for row in ROWS]),
        (COLUMNS, [ROWS[0] + ",", ROWS[1] + ",", ROWS[2] + ",x"]),
        (COLUMNS, [f"{i},{row}" for i, row in enumerate(ROWS)]),
        (COLUMNS + ",note", ROWS),
        (COLUMNS.replace("product", "product,size"), ROWS),
        (COLUMNS, [row.replace(",", ";") for row in ROWS]),
        (COLUMNS, ROWS[:1] and [ROWS[0] + ",x"]),
    ],
)
def test_header_that_fits_no_row_is_refused_and_says_the_widths(header, rows):
    refused = refusal_of(file(header, rows))

    assert refused.reason == "wrong_width"
    assert f"header {header.count(',') + 1}" in refused.message


def test_repeated_headers_of_joined_files_are_no_rows_that_fit():
    one = file(COLUMNS, ROWS[:1], behind=",")

    written = run(one + file(COLUMNS, ROWS, behind=","))

    assert ids(written) == ["1", "2", "3"]
    assert written.reasons == [(3, "repeated_header"), (4, "duplicate_exact")]


def test_decimal_commas_without_quotes_are_not_taken_for_an_empty_end():
    header = "order_id,order_date,customer_id,product,quantity,price,note"
    rows = ["1,2024-01-05,C,W,1,9,50,", "2,2024-01-05,C,W,1,7,25,"]

    assert refusal_of(file(header, rows)).reason == "wrong_width"


def test_one_row_of_the_headers_width_makes_the_others_malformed():
    written = run(file(COLUMNS, [*(row + "," for row in ROWS), "4,C4,W,1,5,2024-01-05"]))

    assert ids(written) == ["4"]
    assert {reason for _, reason in written.reasons} == {"malformed_row"}


def test_cells_left_out_at_the_end_are_empty_and_counted():
    rows = ["1,C1,W,1,5,2024-01-05,n,m", '2,"C ""2""",W,1,5,2024-01-06', "3,C,W,1,5,2024-01-07,n"]

    written = run(file(COLUMNS + ",note,more", rows))

    assert [(row["order_id"], row["note"], row["more"]) for row in written.rows] == [
        *[("1", "n", "m"), ("2", None, None), ("3", "n", None)]
    ]
    assert written.rows[1]["customer_id"] == 'C "2"'
    assert all(len(row) == 8 for row in written.csv_rows)
    assert written.cleaned.findings.short_rows == 2


def test_cells_of_the_six_columns_cannot_be_left_out():
    header = "order_id,order_date,customer_id,product,quantity,price"

    written = run(file(header, ["1,2024-01-05,C,W,1,5", "2,2024-01-05,C,W,1"]))

    assert written.reasons == [(3, "malformed_row")]


def test_repeat_of_a_short_row_is_found():
    written = run(file(COLUMNS + ",note", ["1,C,W,1,5,2024-01-05", "1,C,W,1,5,2024-01-05,"]))

    assert written.reasons == [(3, "duplicate_exact")]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from([6, 7, 8, 8, 5, 9]), min_size=2, max_size=12),
    st.sampled_from([8 << 20, 30]),
)
def test_rows_of_any_widths_keep_their_order_and_their_lines(widths, chunk_bytes):
    cells = ["C", "W", "1", "5", "2024-01-05", "n", "m", "x"]
    rows = [",".join([str(i), *cells][:width]) for i, width in enumerate(widths)]

    written = run(
        file(COLUMNS + ",note,more", [*rows, "z,C,W,1,5,2024-01-05,n,m"]), chunk_bytes=chunk_bytes
    )

    assert ids(written) == [*(str(i) for i, w in enumerate(widths) if 6 <= w <= 8), "z"]
    assert [line for line, _ in written.reasons] == [
        i + 2 for i, width in enumerate(widths) if not 6 <= width <= 8
    ]


@pytest.mark.parametrize("blank", [" ", "  ", "\t"])
@pytest.mark.parametrize("chunk_bytes", [8 << 20, 50])
def test_blanks_around_quotes_are_no_part_of_a_value(blank, chunk_bytes):
    row = f",{blank}".join(["1", '"C1"', '"a, ""b"""', "1", '"5"' + blank, "2024-01-05"])
    header = f",{blank}".join(f'"{name}"' for name in COLUMNS.split(","))

    written = run(f"{header}\n{row}\n", chunk_bytes=chunk_bytes)

    assert (written.rows[0]["customer_id"], written.rows[0]["product"]) == ("C1", 'a, "b"')


def test_quotes_inside_a_text_stay():
    written = run(HEADER + '1,C, "Best" pen,1,5,2024-01-05\n2,C,5" pipe,1,5,2024-01-05\n')

    assert [row["product"] for row in written.rows] == ['"Best" pen', '5" pipe']


@pytest.mark.parametrize(
    "product",
    [
        '"He said \\"hi\\""',
        '"12\\" pipe, black"',
        '"say \\""',
        '"a\\\\\\"b"',
        '"two\nlines \\"x\\""',
    ],
)
@pytest.mark.parametrize("chunk_bytes", [8 << 20, 20])
def test_quote_behind_a_backslash_is_refused_with_its_line(product, chunk_bytes):
    content = HEADER + ROWS[0] + f"\n2,C2,{product},1,5,2024-01-05\n"

    refused = refusal_of(content, chunk_bytes=chunk_bytes)

    assert refused.reason == "escaped_quote"
    assert refused.line == 3 + product.count("\n")
    assert '"escape"' in refused.message


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"C:\\"', "C:\\"),
        ('"a\\""b"', 'a\\"b'),
        ('5\\" pipe', '5\\" pipe'),
        ('"\\\\"', "\\\\"),
        ('"{""a"":""x\\""y""}"', '{"a":"x\\"y"}'),
    ],
)
def test_backslash_that_is_text_stays(cell, text):
    content = HEADER + f"1,C,{cell},1,5,2024-01-05\n" + ROWS[2] + "\n"

    assert [row["product"] for row in run(content).rows] == [text, "W"]
