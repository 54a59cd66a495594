"""A file on disk with its description: its header, and its records as columns of text."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from etl.source.block import ByteRange
from etl.source.decode import CHUNK_BYTES, codec_of, utf8_chunks, utf8_range
from etl.source.description import Description
from etl.source.dialect import is_standard, reader_options, standard_chunks
from etl.source.first_lines import MAX_HEADER_BYTES, FirstLines
from etl.source.header import Header, read_header
from etl.source.raw import StoredFile, behind_lines, is_zipped, keeps_line_ends, next_line
from etl.source.records import Cutter, Piece, pieces


@dataclass(frozen=True, slots=True)
class Source:
    """A file on disk and how to read it: in parts that a plan found, or as a whole.

    `is_text`: what stands there is the file's text already, in standard CSV and UTF-8.
    """

    path: StoredFile
    description: Description = field(default_factory=Description)
    max_bytes: int | None = None
    chunk_bytes: int = CHUNK_BYTES
    parts: tuple[ByteRange, ...] = ()
    is_text: bool = False

    def header(self) -> Header:
        """Raises Refused if the first line is no header of ours."""
        return read_header(self._head(self._chunks()), self.description)

    def pieces(self, header: Header) -> Iterator[Piece]:
        """Yield the records of the parts, else all below the header, in order, many at a time."""
        if not self.parts or not self.is_divisible:
            yield from pieces(_skip(self._chunks(), header.length), self.cutter(header))
            return
        for part in self.parts:
            yield from pieces(self.text(part), self.cutter(header, part.line))

    def above_rows(self, header: Header) -> bytes:
        """Everything before the first row, in standard CSV and UTF-8."""
        return self._head(self._chunks())[: header.length]

    def cutter(self, header: Header, line: int | None = None) -> Cutter:
        """What cuts the records that begin on this line, else right below the header."""
        may_escape = self.description.escape is None and self.description.quote is None
        first = header.first_data_line if line is None else line
        return Cutter(header.delimiter, first, may_escape=may_escape)

    @property
    def is_divisible(self) -> bool:
        """Whether it can be read from the middle: each line end of the file is one of its text."""
        described = self.description
        if self.is_text:
            return True
        if not is_standard(described) or is_zipped(self.path):
            return False
        return keeps_line_ends(codec_of(self.path, described.encoding))

    def data_range(self, header: Header) -> ByteRange:
        """What is below the header; the whole of a file that is not divisible."""
        size, line = self.path.stat().st_size, header.first_data_line
        if not self.is_divisible:
            return ByteRange(0, size, line)
        return ByteRange(behind_lines(self.path, line - 1, 2 * MAX_HEADER_BYTES), size, line)

    def next_line(self, at: int) -> int:
        """The first place of the file from `at` on that is behind a line end, else its end."""
        return next_line(self.path, at)

    def text(self, part: ByteRange) -> Iterator[bytes]:
        """The part of a divisible file, decoded."""
        encoding = None if self.is_text else self.description.encoding
        return utf8_range(self.path, part, encoding, self.chunk_bytes)

    def standard_text(self) -> Iterator[bytes]:
        """All of the file in standard CSV and UTF-8, without byte order marks. Raises Refused."""
        return self._chunks()

    def with_text_at(self, path: StoredFile) -> "Source":
        """The same file where its `standard_text` has been written to `path`."""
        return replace(self, path=path, is_text=True)

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
        if self.is_text or is_standard(described):
            return text
        delimiter = _delimiter(self._head(self._text()), described)
        return standard_chunks(text, described, delimiter)

    def _text(self) -> Iterator[bytes]:
        encoding = None if self.is_text else self.description.encoding
        return utf8_chunks(self.path, encoding, self.max_bytes, self.chunk_bytes)


def _delimiter(head: bytes, description: Description) -> str:
    return FirstLines(head, description, reader_options(description)).header().delimiter


def _skip(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[size:]
        size = max(size - len(chunk), 0)
