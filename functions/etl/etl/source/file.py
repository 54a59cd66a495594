"""A file on disk with its description: its header, and its records as columns of text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from etl.source.decode import CHUNK_BYTES, utf8_chunks
from etl.source.description import Description
from etl.source.dialect import is_standard, reader_options, standard_chunks
from etl.source.first_lines import MAX_HEADER_BYTES, FirstLines
from etl.source.header import Header, read_header
from etl.source.records import Piece, pieces


@dataclass(frozen=True, slots=True)
class Source:
    """A file on disk and how to read it."""

    path: Path
    description: Description = field(default_factory=Description)
    max_bytes: int | None = None
    chunk_bytes: int = CHUNK_BYTES

    def header(self) -> Header:
        """Raises Refused if the first line is no header of ours."""
        return read_header(self._head(self._chunks()), self.description)

    def pieces(self, header: Header) -> Iterator[Piece]:
        """Yield the records below the header in order, many at a time."""
        return pieces(
            _skip(self._chunks(), header.length),
            header.delimiter,
            first_line=header.first_data_line,
            may_escape=self._may_escape,
        )

    def _head(self, chunks: Iterator[bytes]) -> bytes:
        head = b""
        for chunk in chunks:
            head += chunk
            if len(head) >= MAX_HEADER_BYTES:
                break
        return head

    def _chunks(self) -> Iterator[bytes]:
        """The file's text in standard CSV."""
        text, described = self._text(), self.description
        if is_standard(described):
            return text
        delimiter = _delimiter(self._head(self._text()), described)
        return standard_chunks(text, described, delimiter)

    def _text(self) -> Iterator[bytes]:
        return utf8_chunks(self.path, self.description.encoding, self.max_bytes, self.chunk_bytes)

    @property
    def _may_escape(self) -> bool:
        """Whether a backslash before a quote has no meaning that somebody declared."""
        return self.description.escape is None and self.description.quote is None


def _delimiter(head: bytes, description: Description) -> str:
    return FirstLines(head, description, reader_options(description)).header().delimiter


def _skip(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[size:]
        size = max(size - len(chunk), 0)
