"""Runs the real engine on a text and reads back what it wrote."""

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyarrow import parquet

from etl.clean import Cleaned, clean
from etl.source.block import ByteRange
from etl.source.description import Description
from etl.source.file import Source
from etl.source.ranges import plan


@dataclass
class Written:
    cleaned: Cleaned
    rows: list[dict]
    csv_rows: list[list[str]]
    dropped: list[list[str]]
    files: dict[str, bytes]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(int(line), reason) for line, reason, *_ in self.dropped]


def run(
    content: str | bytes,
    *,
    chunk_bytes: int = 8 << 20,
    workers: int | None = None,
    parts: Sequence[ByteRange] = (),
    cuts: Sequence[int] = (),
    **described: object,
) -> Written:
    data = content.encode() if isinstance(content, str) else content
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "source").write_bytes(data)
        source = Source(
            folder / "source",
            Description.model_validate(described, strict=False),
            None,
            chunk_bytes,
            tuple(parts),
        )
        if cuts:
            source = replace(source, parts=tuple(plan(source, source.header(), cuts)))
        cleaned = clean(source, folder, workers=workers)
        files = {name: (folder / name).read_bytes() for name in cleaned.files}
        rows = parquet.read_table(folder / "processed_output.parquet").to_pylist()
    return Written(
        cleaned,
        rows,
        read_csv(files["processed_output.csv"])[1:],
        read_csv(files["rejected_rows.csv"])[1:],
        files,
    )


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))
