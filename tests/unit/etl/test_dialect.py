"""Described dialects: other quotes, escapes and comments, with the lines of the file."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import Refused
from etl.source import dialect
from tests.unit.etl.cleaning import run

COLUMNS = "order_id,customer_id,product,quantity,price,order_date"
HEADER = COLUMNS + "\n"
BACKSLASH = {"escape": "\\"}
CHUNKS = st.sampled_from([8 << 20, 61, 13])


def products(content: str, **described: object) -> list[str | None]:
    return [row["product"] for row in run(content, **described).rows]


def row(product: str, order_id: str = "1") -> str:
    return f"{order_id},C,{product},1,5,2024-01-05\n"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"He said \\"hi\\""', 'He said "hi"'),
        ('"12\\" pipe, black"', '12" pipe, black'),
        ('"say \\""', 'say "'),
        ('"C:\\\\"', "C:\\"),
        ('"a ""b"""', 'a "b"'),
        ("a\\,b", "a,b"),
        ("a\\\nb", "a\nb"),
        ("\\N", "\\N"),
        ("C:\\new", "C:\\new"),
        ("\\\\N", "\\N"),
    ],
)
def test_described_escape_is_read_as_databases_write_it(cell, text):
    content = HEADER + row(cell) + row("W", "2") + "x\n"

    written = run(content, **BACKSLASH)

    assert [found["product"] for found in written.rows] == [text, "W"]
    assert written.reasons == [(4 + cell.count("\n"), "malformed_row")]


def test_escape_that_is_described_as_none_is_text():
    with pytest.raises(Refused, match="escape"):
        run(HEADER + row('"12\\" pipe"'))

    assert products(HEADER + row('"12\\" pipe"'), escape="") == ['12\\ pipe"']


@given(
    st.lists(st.text(st.sampled_from(list("a'\"\\,#\n ")), max_size=6), min_size=1, max_size=6),
    CHUNKS,
)
@settings(deadline=None, max_examples=80)
def test_any_text_comes_back_from_a_described_dialect(texts, chunk_bytes):
    file = io.StringIO()
    writer = csv.writer(
        file,
        quotechar="'",
        escapechar="\\",
        doublequote=False,
        lineterminator="\n",
        quoting=csv.QUOTE_ALL,
    )
    writer.writerow(COLUMNS.split(","))
    for number, text in enumerate(texts):
        writer.writerow([number, "C", f"x{text}x", 1, 5, "2024-01-05"])

    found = products(file.getvalue(), quote="'", escape="\\", comment="#", chunk_bytes=chunk_bytes)

    assert found == [f"x{text}x" for text in texts]


def test_no_quotes_at_all_can_be_described():
    content = (HEADER + row('5" pipe') + row('"W"', "2")).replace(",", "\t")

    assert products(content, quote="") == ['5" pipe', '"W"']


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_in_a_described_dialect(delimiter):
    header = COLUMNS.replace(",", f"'{delimiter}'")
    content = f"'{header}'\n" + row(f"'a{delimiter}b'").replace(",", delimiter)

    assert products(content, quote="'") == [f"a{delimiter}b"]


@given(CHUNKS)
@settings(deadline=None)
def test_comments_are_no_rows_and_lines_stay_true(chunk_bytes):
    content = (
        f'# 5" exported\n#\n{HEADER}# it\'s, "odd\n{row("W")}{row("#1", "2")}'
        f"{row(chr(34) + 'two' + chr(10) + '# lines' + chr(34), '3')}#,,,,,\nx\n"
    )

    written = run(content, comment="#", chunk_bytes=chunk_bytes)

    assert [found["product"] for found in written.rows] == ["W", "#1", "two\n# lines"]
    assert written.reasons == [(10, "malformed_row")]
    assert written.cleaned.findings.rows_in == 4


@pytest.mark.parametrize("described", [BACKSLASH, {"quote": "'"}, {"comment": "#"}])
def test_open_quote_is_refused_with_its_line(described):
    quote = described.get("quote", '"')
    content = HEADER + row("W") + row(f"{quote}open", "2") + row("W", "3")

    with pytest.raises(Refused) as refused:
        run(content, **described)

    assert (refused.value.reason, refused.value.line) == ("unterminated_quote", 3)


@pytest.mark.parametrize("mib", [1, pytest.param(16, marks=pytest.mark.long)])
def test_endless_record_is_refused_before_it_is_held(monkeypatch, mib):
    monkeypatch.setattr(dialect, "MAX_RECORD_BYTES", mib << 20)
    content = HEADER + row("W") + row("'" + "a\n" * ((mib + 2) << 19), "2")

    with pytest.raises(Refused) as refused:
        run(content, quote="'")

    assert (refused.value.reason, refused.value.line) == ("record_too_long", 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_known(end):
    content = (HEADER + row("W") + row("'a\nb'", "2") + "x\n").replace("\n", end)

    written = run(content, quote="'", chunk_bytes=9)

    assert written.rows[1]["product"] == f"a{end}b"
    assert written.reasons == [(5, "malformed_row")]
