"""A file on disk with its description: its header, and its records as columns of text."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.errors import Refused
from etl.source.decode import CHUNK_BYTES, utf8_chunks
from etl.source.description import Description
from etl.source.fields import Columns, Fields, split, split_columns
from etl.source.first_lines import MAX_HEADER_BYTES
from etl.source.header import Header, read_header
from etl.source.records import blocks, record_texts


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
