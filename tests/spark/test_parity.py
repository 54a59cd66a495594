"""Spark writes, byte for byte, what one process writes, and refuses what that refuses."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from pyarrow import parquet

from etl.advice.advise import advise
from etl.clean import Cleaned, clean
from etl.errors import Refused
from etl.report.model import Part
from etl.sink.files import CSV, PARQUET, REJECTED
from etl.source.description import Description
from etl.source.file import Source
from jobs.spark.clean import clean_in_parts
from jobs.spark.folder import Folder
from tests.spark.cases import CLEANED, REFUSED, Case


@dataclass
class Outcome:
    csv: bytes
    rejected: bytes
    rows: list[dict]
    findings: object
    advice: object


@pytest.mark.parametrize("ranges", [1, 2, 7])
@pytest.mark.parametrize("name", CLEANED)
def test_parts_are_what_one_process_writes(name, ranges, spark, tmp_path):
    source = stored(tmp_path, CLEANED[name])
    (tmp_path / "alone").mkdir()
    (tmp_path / "parts").mkdir()

    alone = clean(source, tmp_path / "alone")
    cleaned = clean_in_parts(spark, source, Folder(tmp_path), ranges)

    assert 1 <= len(cleaned.parts) <= ranges
    assert in_parts(source, cleaned, tmp_path) == in_one(source, alone)


@pytest.mark.parametrize("ranges", [1, 7])
@pytest.mark.parametrize("name", REFUSED)
def test_refusal_is_that_of_one_process(name, ranges, spark, tmp_path):
    source = stored(tmp_path, REFUSED[name])

    with pytest.raises(Refused) as alone:
        clean(source, tmp_path)
    with pytest.raises(Refused) as refused:
        clean_in_parts(spark, source, Folder(tmp_path), ranges)

    assert told(refused.value) == told(alone.value)


def test_each_part_is_described_by_what_is_in_it(spark, tmp_path):
    source = stored(tmp_path, CLEANED["every reason"])

    cleaned = clean_in_parts(spark, source, Folder(tmp_path), 4)

    assert sum(part.rows for part in cleaned.parts) == cleaned.findings.rows_out
    for part in cleaned.parts:
        assert parquet.read_metadata(place(tmp_path, part.parquet.key)).num_rows == part.rows
        for output in (part.csv, part.parquet, part.rejected):
            assert place(tmp_path, output.key).stat().st_size == output.bytes


def stored(folder: Path, case: Case) -> Source:
    content, described = case
    path = folder / "source"
    path.write_bytes(content)
    return Source(path, Description.model_validate(described, strict=False))


def in_one(source: Source, cleaned: Cleaned) -> Outcome:
    files = cleaned.files
    return Outcome(
        files[CSV].path.read_bytes(),
        files[REJECTED].path.read_bytes(),
        parquet.read_table(files[PARQUET].path).to_pylist(),
        cleaned.findings,
        advise(source, cleaned.header, cleaned.evidence),
    )


def in_parts(source: Source, cleaned: Cleaned, folder: Path) -> Outcome:
    def joined(name: str) -> bytes:
        return b"".join(place(folder, key_of(part, name)).read_bytes() for part in cleaned.parts)

    tables = (parquet.read_table(place(folder, part.parquet.key)) for part in cleaned.parts)
    return Outcome(
        joined("csv"),
        joined("rejected"),
        [row for table in tables for row in table.to_pylist()],
        cleaned.findings,
        advise(source, cleaned.header, cleaned.evidence),
    )


def key_of(part: Part, name: str) -> str:
    return getattr(part, name).key


def place(folder: Path, key: str | None) -> Path:
    assert key is not None
    return folder / key


def told(refused: Refused) -> tuple[str, str, int | None]:
    return refused.reason, refused.message, refused.line
