"""What Spark's tasks do to ranges of a file: together they write what one process writes."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from etl.clean import reading_of
from etl.errors import Refused
from etl.profile.evidence import Evidence
from etl.report.figures import Figures
from etl.report.model import Output
from etl.sink.csv_lines import DATE_FORMS
from etl.sink.files import CSV, PARQUET, REJECTED
from etl.source.description import Description
from etl.source.file import Source
from etl.source.ranges import plan
from jobs.spark.folder import Folder
from jobs.spark.keyed import NO_LINE, keyed_rows, refusal_in
from tests.unit.etl.cleaning import run
from tests.unit.etl.hostile_files import HEADER, HOSTILE, row
from tests.unit.spark.without_spark import written_in_ranges

# Two are refused; of one the header is fitted to the rows first.
FINE = sorted(HOSTILE.keys() - {"open at the end", "stray quotes", "every row wider"})


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("name", FINE)
def test_parts_of_ranges_are_the_files_of_the_whole(name, count, tmp_path):
    source = stored(tmp_path, HEADER + HOSTILE[name])

    parts, date_form = written_in_ranges(source, Folder(tmp_path), count)

    whole = run(HEADER + HOSTILE[name])
    for output in (CSV, REJECTED):
        kept = [(tmp_path / key_of(part.files[output])).read_bytes() for part in parts]
        assert b"".join(kept) == whole.files[output]
    figures, evidence = Figures(), Evidence()
    for part in parts:
        figures.merge(part.figures)
        evidence.merge(part.evidence)
    reading = reading_of(source, source.header(), date_form)
    assert figures.findings(reading) == whole.cleaned.findings
    assert evidence.sample.text == whole.cleaned.evidence.sample.text
    assert evidence.refusals.most_frequent() == whole.cleaned.evidence.refusals.most_frequent()


def test_part_is_the_same_however_often_it_is_written(tmp_path):
    source = stored(tmp_path, HEADER + HOSTILE["repeats and times"])

    once, _ = written_in_ranges(source, Folder(tmp_path), 2)
    again, _ = written_in_ranges(source, Folder(tmp_path), 2)

    assert [part.files for part in again] == [part.files for part in once]
    assert set(once[0].files) == {CSV, PARQUET, REJECTED}


def test_refusal_of_a_range_is_its_last_row(tmp_path):
    source = stored(tmp_path, HEADER + row(1) + '2,2024-01-05,"never closed')
    (records,) = plan(source, source.header(), [])

    *_, last = pa.Table.from_batches(
        list(keyed_rows(source, source.header(), 0, records))
    ).to_pylist()

    refused = refusal_in(last["refusal"])
    assert (last["line"], refused.reason, refused.line) == (NO_LINE, "unterminated_quote", 3)
    assert json.loads(last["refusal"])["message"] == str(refused)


def test_without_a_key_a_range_has_one_row_that_knows_its_longest_date(tmp_path):
    text = HEADER + row(1) + row(1).replace("-05,", "-05T10:00:00,") + "bad\n"
    source = replace(stored(tmp_path, text), description=Description(key="none"))
    (records,) = plan(source, source.header(), [])

    (batch,) = keyed_rows(source, source.header(), 0, records)

    (only,) = batch.to_pylist()
    assert (only["content"], DATE_FORMS[only["form"]]) == (3, "seconds")


def test_text_that_cannot_be_read_is_told_of_as_whoever_reads_it_would_be(tmp_path):
    from jobs.spark.readable import text_of

    broken = b"\x1f\x8b\x08" + bytes(7)
    (tmp_path / "source").write_bytes(broken)
    source = Source(tmp_path / "source")
    header = stored(tmp_path / "other", HEADER).header()

    found = text_of(source, header, Folder(tmp_path))

    assert isinstance(found, Refused)
    assert found.reason == "corrupt_gzip"


def stored(folder: Path, text: str) -> Source:
    folder.mkdir(exist_ok=True)
    path = folder / "source"
    path.write_text(text, newline="", encoding="utf-8")
    return Source(path)


def key_of(output: Output) -> str:
    assert output.key is not None
    return output.key
