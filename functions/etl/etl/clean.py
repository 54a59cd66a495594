"""Cleans one file on disk into three files on disk: two passes, flat memory, no S3."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.errors import Refused
from etl.figures import Figures
from etl.rules.judge import Rules
from etl.rules.repeats import FirstRows, KeyHashes
from etl.sink.csv_lines import DATE
from etl.sink.dropped import dropped_lines
from etl.sink.files import HashedFile, LongerDatesNeeded, Outputs
from etl.sink.table import kept_rows
from etl.source.decode import CHUNK_BYTES, utf8_chunks
from etl.source.description import Description
from etl.source.fields import Columns, Fields, split, split_columns
from etl.source.header import MAX_HEADER_BYTES, Header, read_header
from etl.source.records import blocks, record_texts

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a run found and wrote."""

    header: Header
    figures: Figures
    files: dict[str, HashedFile]
    date_form: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file on disk and how to read it."""

    path: Path
    description: Description = field(default_factory=Description)
    max_bytes: int | None = None
    chunk_bytes: int = CHUNK_BYTES

    def header(self) -> Header:
        """Raises Refused if the first line is no header of ours."""
        head = b""
        for chunk in self._chunks():
            head += chunk
            if len(head) >= MAX_HEADER_BYTES:
                break
        return read_header(head, self.description)

    def columns(self, header: Header, names: Sequence[str]) -> Iterator[tuple[Columns, int]]:
        """Yield some columns of the file's well-formed records, and the bytes they come from."""
        data = _skip(self._chunks(), header.length)
        try:
            for text in record_texts(data, header.delimiter):
                yield split_columns(text, header, names), len(text)
        except Refused:
            # The quick way does not count lines: find the quote's true line, now that it matters.
            deque(self.fields(header), maxlen=0)
            raise

    def fields(self, header: Header) -> Iterator[Fields]:
        """Yield the file's blocks in order, split into fields."""
        data = _skip(self._chunks(), header.length)
        for block in blocks(data, header.delimiter, first_line=header.first_data_line):
            yield split(block, header)

    def _chunks(self) -> Iterator[bytes]:
        return utf8_chunks(self.path, self.description.encoding, self.max_bytes, self.chunk_bytes)


def _skip(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[size:]
        size = max(size - len(chunk), 0)


def clean(source: Source, folder: Path, progress: Progress | None = None) -> Cleaned:
    """Write the cleaned and the dropped rows of the source into `folder`.

    Raises Refused and TooLarge; the folder may then hold unfinished files.
    """
    header = source.header()
    rules = Rules(header, source.description)
    tell = progress or _silent
    hashes = KeyHashes()
    for columns, size in source.columns(header, rules.key):
        hashes.add(rules.hash_keys(columns))
        tell(size)
    repeated = hashes.repeated()
    date_form = DATE
    while True:
        try:
            run = _Run(source, header, rules, FirstRows(repeated))
            return run.write(Outputs(folder, header.names, date_form), tell)
        except LongerDatesNeeded as longer:
            date_form = longer.date_form


@dataclass(frozen=True, slots=True)
class _Run:
    """The second pass."""

    source: Source
    header: Header
    rules: Rules
    first_rows: FirstRows

    def write(self, outputs: Outputs, tell: Progress) -> Cleaned:
        figures = Figures()
        with outputs:
            for fields in self.source.fields(self.header):
                judged = self.rules.judge(fields, self.first_rows)
                kept = kept_rows(judged)
                figures.add(kept)
                outputs.write_kept(kept)
                dropped = dropped_lines(judged)
                if dropped is not None:
                    outputs.write_dropped(dropped)
                tell(len(fields.block.regular))
        figures.lost_orders = self.first_rows.lost_orders
        return Cleaned(self.header, figures, outputs.files, outputs.date_form)


def _silent(_size: int) -> None:
    """No one is watching."""
