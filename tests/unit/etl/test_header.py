"""Where the header is and what its columns are, found or described; never another column's data."""

import pytest

from etl.errors import Refused
from tests.unit.etl.cleaning import run

COLUMNS = "order_id,customer_id,product,quantity,price,order_date"
HEADER = COLUMNS + "\n"
ROWS = "1,C1,W,1,5,2024-01-05\n2,C2,W,1,6,2024-01-06\n"


def refusal_of(content: str, **described: object) -> Refused:
    with pytest.raises(Refused) as refused:
        run(content, **described)
    return refused.value


@pytest.mark.parametrize(
    "above",
    [
        "Sales report\nGenerated,2024-01-31\n\n",
        "# exported 2024-01-31\n# by till 7\n",
        "Sales report,,,,,\nGenerated:,2024-01-31,,,,\n,,,,,\n",
        'A "quoted" title\r\n\r\n',
        "order report\n",
        "x\n" * 99,
    ],
)
def test_titles_above_the_header_are_passed_over(above):
    written = run(above + HEADER + ROWS)

    lines = above.count("\n") + 1
    assert [row["order_id"] for row in written.rows] == ["1", "2"]
    assert written.cleaned.findings.reading.header_line == lines


def test_lines_below_titles_keep_their_true_numbers():
    written = run("Sales report\n\n" + HEADER + ROWS + "x\n")

    assert written.reasons == [(6, "malformed_row")]


@pytest.mark.parametrize(
    "above",
    [
        ROWS,
        "1,C,W,1,,\n",
        "order_id,price\n7,5\n",
        "order_id,customer_id,product,quantity,order_date\n7,C,W,1,2024-01-05\n",
    ],
)
def test_what_may_be_rows_above_the_header_is_not_skipped_in_silence(above):
    refused = refusal_of(above + HEADER + ROWS)

    assert refused.reason == "no_header"
    assert f'"header_line": {above.count(chr(10)) + 1}' in refused.message
    assert len(run(above + HEADER + ROWS, header_line=above.count("\n") + 1).rows) == 2


def test_header_far_below_is_not_looked_for():
    assert refusal_of("x\n" * 100 + HEADER + ROWS).reason == "no_header"
    assert len(run("x\n" * 100 + HEADER + ROWS, header_line=101).rows) == 2


def test_described_header_line_that_is_none_is_refused():
    assert refusal_of(HEADER + ROWS, header_line=2).reason == "no_header"
    assert "ends before" in refusal_of(HEADER + ROWS, header_line=9).message


@pytest.mark.parametrize("line", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n", "sep=;;;\n"])
def test_line_that_tells_the_separator_is_no_header(line):
    written = run(line + (HEADER + ROWS).replace(",", ";") + "x\n")

    assert len(written.rows) == 2
    assert written.reasons == [(5, "malformed_row")]
    assert written.cleaned.findings.reading.delimiter == ";"


def test_any_separator_may_be_told_and_the_description_has_the_last_word():
    assert len(run("sep=^\n" + (HEADER + ROWS).replace(",", "^")).rows) == 2
    assert len(run("sep=;\n" + HEADER + ROWS, delimiter=",").rows) == 2


@pytest.mark.parametrize("delimiter", ["\x01", "\x1f", "^", "~", ":", " ", "|", "#", "!"])
def test_any_delimiter_may_be_described(delimiter):
    content = (HEADER + ROWS + '3,C,"a,b",1,5,2024-01-05\n').replace(",", delimiter)

    products = [row["product"] for row in run(content, delimiter=delimiter).rows]
    assert products == ["W", "W", f"a{delimiter}b"]


def test_described_column_that_is_absent_is_refused_by_name():
    content = HEADER.replace("price", "Unit_Price,price") + "1,C1,W,3,5,15,2024-01-05\n"

    refused = refusal_of(content, columns={"Unit Price": "price"})

    assert refused.reason == "missing_column"
    assert "Unit Price" in refused.message
    assert "Unit_Price" in refused.message


def test_a_column_that_its_description_calls_otherwise_is_no_riddle():
    refused = refusal_of(HEADER + ROWS, columns={"price": "prize"})

    assert refused.message.startswith("Missing column: price. The file has: order_id, ")
    assert refused.message.endswith(' _source.json calls price "prize".')


def test_the_line_that_names_nothing_is_the_described_one():
    refused = refusal_of(HEADER + ROWS, header_line=2)

    assert refused.message.startswith("Line 2 names none of the columns order_id, ")


def test_absent_further_column_is_refused_too():
    assert "Region" in refusal_of(HEADER + ROWS, columns={"Region": "region"}).message


def test_one_of_several_spellings_is_found():
    spellings = {"Unit Price": "price", "UnitPrice": "price", "price each": "price"}

    for name in spellings:
        assert run(HEADER.replace("price", name) + ROWS, columns=spellings).rows[0]["price"] == 5
    both = HEADER.replace("price", "Unit Price").strip() + ",UnitPrice\n1,C,W,1,5,2024-01-05,6\n"
    assert refusal_of(both, columns=spellings).reason == "duplicate_column"
    assert "or" in refusal_of(HEADER + ROWS, columns=spellings).message


def test_further_columns_of_one_name_are_numbered():
    header = COLUMNS + ",note,Note,note_2,note\n"

    (row,) = run(header + "1,C1,W,1,5,2024-01-05,a,b,c,d\n").rows

    assert [row[name] for name in ("note", "Note_3", "note_2", "note_4")] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("rule", "price", "note"), [("first", 5, "a"), ("last", 7, "b")])
def test_one_of_the_columns_of_a_name_can_be_kept(rule, price, note):
    header = COLUMNS + ",note,price,NOTE\n"
    content = header + "1,C1,W,1,5,2024-01-05,a,7,b\n" + header + "1,C1,W,1,5,2024-01-05,a,7,b\n"

    written = run(content, repeated_columns=rule)

    assert written.rows[0]["price"] == price
    assert [v for k, v in written.rows[0].items() if k.lower() == "note"] == [note]
    assert [reason for _, reason in written.reasons] == ["repeated_header", "duplicate_exact"]
    assert len(written.csv_rows[0]) == 7


def test_required_column_named_twice_is_refused_unless_described():
    assert refusal_of(COLUMNS + ",price\n1,C,W,1,5,2024-01-05,6\n").reason == "duplicate_column"


def test_all_repeated_columns_can_be_refused():
    content = COLUMNS + ",note,note\n1,C1,W,1,5,2024-01-05,a,b\n"

    assert refusal_of(content, repeated_columns="refuse").reason == "duplicate_column"


@pytest.mark.parametrize("below", ["\n", "\r\n\r\n", ",,,,,\n", " , \n\n"])
@pytest.mark.parametrize("above", ["", "sep=,\n"])
def test_blank_lines_at_the_end_make_no_file_empty(above, below):
    """A header of other names is looked for below titles, to the end of a short file."""
    refused = refusal_of(above + HEADER.replace("order_id", "Order No") + ROWS + below)
    assert (refused.reason, refused.line) == ("missing_column", 2 if above else 1)
    assert "The file has: Order No, customer_id" in refused.message


def test_a_separator_line_that_the_columns_do_not_keep_to_is_no_empty_file():
    refused = refusal_of("sep=;\n" + HEADER + ROWS)
    assert (refused.reason, refused.line) == ("no_header", 2)
