"""From a file on disk to UTF-8: unzips, follows the byte order mark, checks every byte."""

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, cast

from etl.errors import Refused, TooLarge
from etl.source.block import ByteRange
from etl.source.likeness import refuse_other_kinds
from etl.source.raw import StoredFile, is_zipped

# Larger chunks save time, a tenth of it at 1.5 MiB, and cost memory, as workers hold several.
CHUNK_BYTES = 5 << 18

_MARK = "\ufeff"
# What programs of DOS write behind the last line; those of CP/M filled a sector with it.
_END_MARK = b"\x1a"
_MOST_END_MARKS = 1 << 12
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16, whose mark it begins with.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def utf8_chunks(
    path: StoredFile,
    encoding: str | None = None,
    max_bytes: int | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[bytes]:
    """Yield the text of the file as UTF-8 chunks without byte order marks.

    A byte order mark outranks the declared encoding: it is the file's own word.
    Raises Refused (`undecodable`, `not_csv`, `corrupt_gzip`) and TooLarge (past `max_bytes`
    unpacked).
    """
    yield from _located(partial(_decoded, path, encoding, max_bytes, chunk_bytes), 1, encoding)


def utf8_range(
    path: StoredFile, part: ByteRange, encoding: str | None, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[bytes]:
    """Yield the text of a part of an unzipped file as `utf8_chunks` yields that of the whole."""
    decoded = partial(_decoded_range, path, part, encoding, chunk_bytes)
    yield from _located(decoded, part.line, encoding)


def codec_of(path: StoredFile, encoding: str | None) -> str:
    """The encoding by which an unzipped file is read."""
    with path.open("rb") as file:
        return encoding_of(file.read(4), encoding)


def _located(
    decoded: Callable[[], Iterator[bytes]], line: int, declared: str | None
) -> Iterator[bytes]:
    """The chunks; what they begin with is on that line. Raises Refused (`undecodable`)."""
    try:
        yield from decoded()
    except _Undecodable as error:
        # Only now are line ends worth counting: the text up to the error is read once more.
        try:
            for chunk in decoded():
                line += chunk.count(b"\n")
        except _Undecodable:
            line += error.text_before.count("\n")
        raise Refused(
            "undecodable", f"Line {line} is not {error.codec}{_remedy(declared)}", line=line
        ) from error


def _remedy(declared: str | None) -> str:
    if declared:
        return (
            f". The encoding that _source.json declares ({declared}) does not fit: "
            "declare the file's own, or none for UTF-8."
        )
    return ". Declare the file's encoding in _source.json; a check of the file says which ones fit."


def _decoded(
    path: StoredFile, encoding: str | None, max_bytes: int | None, chunk_bytes: int
) -> Iterator[bytes]:
    with unzipped(path) as stream:
        head = stream.read(max(chunk_bytes, 4))
        refuse_other_kinds(head, encoding)
        codec = encoding_of(head, encoding)
        if codec == "utf-8-sig":
            head, codec = head.removeprefix(codecs.BOM_UTF8), "utf-8"
        chunks = _limited(_chunks(head, stream, chunk_bytes), max_bytes)
        yield from _without_end_mark(_transcode(chunks, codec))


def _decoded_range(
    path: StoredFile, part: ByteRange, encoding: str | None, chunk_bytes: int
) -> Iterator[bytes]:
    codec = codec_of(path, encoding)
    with path.open("rb") as file:
        file.seek(part.begin)
        sizes = range(part.begin, part.end, chunk_bytes)
        chunks = (file.read(min(chunk_bytes, part.end - begin)) for begin in sizes)
        text = _transcode(chunks, codec.removesuffix("-sig"))
        yield from _without_end_mark(text) if part.end >= path.stat().st_size else text


class _Undecodable(Exception):
    """A chunk holds bytes that its encoding has no character for."""

    def __init__(self, codec: str, text_before: str) -> None:
        super().__init__(codec)
        self.codec = codec
        self.text_before = text_before


def encoding_of(head: bytes, declared: str | None) -> str:
    """The encoding by which a file that starts with `head` is read."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    return marked or declared or "utf-8"


@contextmanager
def unzipped(path: StoredFile) -> Iterator[BinaryIO]:
    """The file's bytes, of a gzip file those inside. Reading raises Refused (`corrupt_gzip`)."""
    with _opened(path) as stream, _gzip_errors():
        yield stream


@contextmanager
def _opened(path: StoredFile) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        if not is_zipped(path):
            yield file
            return
        with gzip.open(file, "rb") as unzipped:
            yield cast(BinaryIO, unzipped)


@contextmanager
def _gzip_errors() -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise Refused(
            "corrupt_gzip",
            "The gzip file is cut short: its end is missing. Was the upload interrupted?",
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Refused("corrupt_gzip", f"The gzip file is damaged: {error}.") from error


def _chunks(head: bytes, stream: BinaryIO, size: int) -> Iterator[bytes]:
    chunk = head
    while chunk:
        yield chunk
        chunk = stream.read(size)


def _limited(chunks: Iterator[bytes], max_bytes: int | None) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if max_bytes is not None and size > max_bytes:
            raise TooLarge(size, max_bytes, unpacked=True)
        yield chunk


def _transcode(chunks: Iterator[bytes], codec: str) -> Iterator[bytes]:
    is_utf8 = codecs.lookup(codec).name == "utf-8"
    decoder = codecs.getincrementaldecoder(codec)()
    for chunk in chunks:
        # Most chunks of most files are ASCII, where checking is ten times cheaper than decoding.
        if is_utf8 and chunk.isascii() and not decoder.getstate()[0]:
            yield chunk
        else:
            yield _decode(decoder, chunk, codec)
    _decode(decoder, b"", codec, final=True)


def _without_end_mark(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The text to its end without the marks that stand there, and there alone."""
    held = b""
    for chunk in chunks:
        text = held + chunk if held else chunk
        kept = text.rstrip(_END_MARK)
        held = text[len(kept) :]
        if len(held) > _MOST_END_MARKS:
            kept, held = text, b""
        if kept:
            yield kept


def _decode(
    decoder: codecs.IncrementalDecoder, chunk: bytes, codec: str, *, final: bool = False
) -> bytes:
    try:
        # A mark inside the file is left of another file that was joined to it.
        return decoder.decode(chunk, final).replace(_MARK, "").encode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(codec, "replace")
        raise _Undecodable(codec, before) from error
    except UnicodeError as error:
        raise _Undecodable(codec, "") from error
