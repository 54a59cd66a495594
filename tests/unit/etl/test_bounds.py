"""Files that would fill the memory or the time there is: bounded, and refused by line and cause."""

import io
import time
from collections.abc import Iterator

import pyarrow as pa
import pytest
from pyarrow import parquet

from etl.errors import Refused
from etl.report.model import SUCCEEDED, Reading, Report, SourceFile
from etl.report.page import report_page
from etl.report.quoting import quoted_reading
from etl.sink import row_groups
from etl.sink.row_groups import RowGroups
from etl.source import block, records
from etl.source.block import MAX_RECORD_BYTES
from etl.source.description import Description
from etl.source.first_lines import MAX_HEADER_BYTES
from etl.source.header import MAX_COLUMNS, read_header
from etl.source.records import Cutter, pieces
from tests.unit.etl.cleaning import run

COLUMNS = "order_id,order_date,customer_id,product,quantity,price"
HEADER = COLUMNS + "\n"
ROW = "1,2024-01-05,C,W,2,9.5\n"
CHUNK = 1 << 20


class Endless(Iterator[bytes]):
    """A file that begins as given and then never ends; it counts what was asked of it."""

    def __init__(self, begin: str, more: bytes) -> None:
        self._begin = begin.encode()
        self._more = more * (CHUNK // len(more))
        self.read = 0

    def __next__(self) -> bytes:
        chunk, self._begin = self._begin or self._more, b""
        self.read += len(chunk)
        return chunk


@pytest.mark.parametrize(
    ("begin", "more", "reason", "line", "mib"),
    [
        (ROW + "2,2024", b"a", "record_too_long", 2, 16),
        (ROW + "2,2024", b",", "record_too_long", 2, 2),
        (ROW + '2,5" pipe', b"a", "record_too_long", 2, 2),
        (ROW + '2,"two\nlines","', b"abc\n", "unterminated_quote", 3, 16),
        (ROW + '2,"', b'""', "unterminated_quote", 2, 2),
        (ROW + '2,5" pipe,"', b"abc" * 99 + b"\n", "unterminated_quote", 2, 2),
    ],
)
def test_record_without_an_end_is_refused_by_line_before_much_is_read(
    monkeypatch, begin, more, reason, line, mib
):
    """The limit is one of 16 MiB; below it the others are held to a lower one, which is quicker."""
    assert MAX_RECORD_BYTES == 16 << 20
    for module in (block, records):
        monkeypatch.setattr(module, "MAX_RECORD_BYTES", mib << 20)
    endless = Endless(begin, more)

    with pytest.raises(Refused) as refused:
        list(pieces(endless, Cutter(",", 1, may_escape=True)))

    assert (refused.value.reason, refused.value.line) == (reason, line)
    assert f"ine {line} is" in refused.value.message
    assert f"{mib} MiB" in refused.value.message
    assert endless.read < (mib << 20) + 2 * CHUNK


def test_long_field_within_the_limit_is_read_even_beside_a_stray_quote():
    note = "x" * (MAX_RECORD_BYTES - 1000)

    written = run(HEADER + ROW + f'2,2024-01-05,5" pipe,"{note}",2,9.5\n', chunk_bytes=4 << 20)

    assert written.rows[1]["customer_id"] == '5" pipe'
    assert len(written.rows[1]["product"]) == len(note)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "  \n", "\t \r\n"])
@pytest.mark.parametrize("quoted", [False, True])
def test_million_blank_lines_are_no_rows_and_count_as_lines(end, quoted):
    row = ROW.replace("W", '"W"') if quoted else ROW
    count = 1_000_000

    written = run(HEADER + row + end * count + "bad\n" + end * count + row + end * 3)

    assert written.reasons == [(count + 3, "malformed_row"), (2 * count + 4, "duplicate_exact")]
    assert written.dropped[1][2] == "first on line 2"
    assert len(written.rows) == 1


def test_blank_lines_between_all_rows_leave_every_row_and_line_as_it_is():
    rows = [ROW.replace("1", str(i), 1) for i in range(1, 400)]

    written = run(HEADER + "\n".join(rows) + " \nbad\n", chunk_bytes=997)

    assert len(written.rows) == 399
    assert written.reasons == [(2 + 2 * 399, "malformed_row")]


@pytest.mark.parametrize(
    ("text", "reason", "message"),
    [
        (COLUMNS + ",a" * MAX_HEADER_BYTES, "no_header", "within the first 1 MiB"),
        (COLUMNS + ',"' + "a\n" * MAX_HEADER_BYTES, "no_header", "within the first 1 MiB"),
        ("\n" * 2 * MAX_HEADER_BYTES + HEADER, "no_header", "within the first 1 MiB"),
        ("é" * 2 * MAX_HEADER_BYTES, "no_header", "within the first 1 MiB"),
        (COLUMNS + ",a" * MAX_COLUMNS, "too_many_columns", "1,006 columns, more than 1,000"),
        (
            "order_id," + "b" * 200_000 + ",c" * 40,
            "missing_column",
            "order_id, b{60}…(, c){18} and 22 more",
        ),
    ],
)
def test_header_without_measure_is_refused_in_few_words(text, reason, message):
    with pytest.raises(Refused, match=message) as refused:
        read_header(text.encode(), Description())

    assert (refused.value.reason, refused.value.line) == (reason, 1)
    assert len(refused.value.message) < 400


MANY = MAX_HEADER_BYTES // 10


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a"] * 5 * MANY, "too_many_columns"),
        pytest.param(["order_id"] * MANY, "too_many_columns", marks=pytest.mark.long),
        pytest.param([f"n{i}" for i in range(MANY)], "too_many_columns", marks=pytest.mark.long),
        ([""] * 10 * MANY, "empty_file"),
        (['"a\nb"'] * MANY, "too_many_columns"),
        pytest.param(['"price\nb"'] * (MANY // 2), "too_many_columns", marks=pytest.mark.long),
        (['"price\nb,"'] * (MANY // 2), "unterminated_quote"),
        pytest.param([";|\t"] * 2 * MANY, "too_many_columns", marks=pytest.mark.long),
    ],
)
def test_header_of_as_many_names_as_fit_is_refused_by_one_look_at_each(names, reason):
    """A look at all names per name takes hours for a megabyte of them, one per line minutes."""
    text = ",".join(names)[: MAX_HEADER_BYTES - 100] + "\n"
    began = time.process_time()

    with pytest.raises(Refused) as refused:
        read_header(text.encode(), Description())

    assert time.process_time() - began < 5
    assert refused.value.reason == reason


def test_description_of_many_columns_is_looked_up_not_searched():
    """Searching 1,000 described columns for each of 500,000 names takes minutes."""
    described = Description(columns={f"theirs {i}": f"ours {i}" for i in range(1000)})

    with pytest.raises(Refused, match="columns, more than"):
        read_header(",".join(f"x{i}" for i in range(MANY)).encode(), described)


class CountedTable:
    """A table that counts how often it is asked for its size."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        self.asked += name in {"nbytes", "num_rows"}
        return getattr(self._table, name)


def test_waiting_rows_are_not_weighed_again_with_each_block():
    table = CountedTable(pa.table({"product": ["W"], "quantity": [2]}))
    groups = RowGroups()

    for _ in range(100):
        assert list(groups.add(table)) == []

    assert table.asked <= 300


@pytest.mark.parametrize("name", ["{{source}}", "{{body}}", "{{title}}"])
def test_column_named_like_a_place_in_the_page_is_shown_and_not_filled(name):
    """Filling it would put the whole section into the page once per column."""
    written = run(COLUMNS + f",{name}\n1,2024-01-05,C,W,2,9.5,\n")
    source = SourceFile(key=f"{name}.csv", bytes=1)
    report = Report.begin(SUCCEEDED, source, findings=written.cleaned.findings)

    page = report_page(report)

    assert f"<code>{name}</code>" in page
    assert f"<title>{name}.csv" in page
    assert page.count("Where it came from") == 1
    assert page.count("Code version") == 1


def test_quote_that_only_a_wrong_delimiter_opens_does_no_harm():
    text = COLUMNS + ',a|"b\n' + ROW * 60_000

    header = read_header(text.encode(), Description())

    assert (header.delimiter, header.names[-1]) == (",", 'a|"b')


def test_long_rows_make_smaller_row_groups_so_that_memory_stays_flat(monkeypatch):
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 20_000)
    rows = [ROW.replace("1", str(i), 1).replace("W", "W" * 500) for i in range(400)]

    written = run(HEADER + "".join(rows), chunk_bytes=8_000)

    found = parquet.ParquetFile(io.BytesIO(written.files["processed_output.parquet"])).metadata
    sizes = [found.row_group(i).num_rows for i in range(found.num_row_groups)]
    assert sum(sizes) == len(written.rows) == 400
    assert max(sizes) * 500 < 20_000 + 2 * 8_000


def test_report_of_a_header_of_a_mebibyte_stays_within_what_readers_take():
    columns = [f"c{i} " + "\x01\\" * 500 for i in range(990)]
    header, row = f"{COLUMNS},{','.join(columns)}\n", "1,2024-01-05,C,W,1,1" + "," * 990 + "\n"
    findings = run(header + row).cleaned.findings

    source = SourceFile(key="a.csv", bytes=1)
    report = Report.begin(SUCCEEDED, source, findings=findings)

    assert len(report.amended(previous=report.as_previous).text().encode()) < 4 << 20
    assert len(findings.gaps) == len(findings.reading.columns) == 996


def test_long_names_that_begin_alike_are_quoted_apart_and_a_long_description_is_left_out():
    long = {f"{'x' * 500}{i}": "theirs" for i in range(3)}
    reading = Reading(
        delimiter=",", columns=long, description={"missing": ["x" * 70_000]}, csv_dates="date"
    )

    shown = quoted_reading(reading)

    assert len(shown.columns) == 3
    assert max(map(len, shown.columns)) == 80
    assert shown.description == {"omitted": "70017 bytes"}
