"""The first bytes of a file as a small file of whole lines."""

import codecs
from pathlib import Path
from typing import Final

from etl.source.decode import unzipped
from etl.source.likeness import unmarked_utf16
from etl.source.raw import StoredFile

HEAD_BYTES: Final = 1 << 20
_WIDE: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def write_head(source: StoredFile, target: Path) -> bool:
    """Unzipped; returns whether that is the whole file. Raises Refused (`corrupt_gzip`)."""
    with unzipped(source) as stream:
        head = stream.read(HEAD_BYTES + 1)
    is_complete = len(head) <= HEAD_BYTES
    target.write_bytes(head if is_complete else whole_lines(head[:HEAD_BYTES]))
    return is_complete


def whole_lines(head: bytes) -> bytes:
    """Without the line that is cut off at the end; all of it if there is no line's end."""
    codec = next((name for mark, name in _WIDE if head.startswith(mark)), None)
    codec = codec or unmarked_utf16(head[:2048]) or "ascii"
    newline = "\n".encode(codec)
    end = head.rfind(newline)
    # Half of one character and half of the next may look like a line's end.
    while end > 0 and end % len(newline):
        end = head.rfind(newline, 0, end + len(newline) - 1)
    return head[: end + len(newline)] if end >= 0 else head
