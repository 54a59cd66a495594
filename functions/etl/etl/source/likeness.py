"""What a file that is no CSV text looks like, from its first bytes."""

import codecs
import re

from etl.errors import Refused

_EXPORT = "Export it as CSV."
_PAGE = (
    "Was an error page saved in place of the file? A table that a program wrote as a page is to be "
    "exported as CSV, or opened in a spreadsheet and saved as CSV."
)
_SAVE = "Save it as CSV (UTF-8) and upload that."
_UNPACK = "Unpack it, or pack the CSV file with gzip."
# First bytes, what begins with them, and what its owner can do.
_KNOWN = (
    (b"PK\x03\x04", "a zip archive", _UNPACK),
    (b"PK\x05\x06", "an empty zip archive", _UNPACK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", _SAVE),
    (b"PAR1", "a Parquet file", _EXPORT),
    (b"\x1f\x8b", "a gzip file inside a gzip file", "Unpack it once."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz file", _UNPACK),
    (b"BZh", "a bzip2 file", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"%PDF-", "a PDF document", "Export the table as CSV."),
    *((tag, "a web page", _PAGE) for tag in (b"<!doctype html", b"<html", b"<head", b"<table")),
    (b"<?xml", "an XML document", _EXPORT),
)
# An object, or a list of them, with its first field.
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"')
_WORKBOOK_PARTS = (b"[Content_Types].xml", b"xl/")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_SEEN_BYTES = 2048
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))


def refuse_other_kinds(head: bytes, encoding: str | None) -> None:
    """Raises Refused (`not_csv`, `undecodable`) if the unzipped head says what it is.

    `encoding` is the declared one: whoever declares UTF-16 need not mark it.
    """
    known = _kind(head)
    if known:
        kind, advice = known
        raise Refused("not_csv", f"The file is no CSV text: it looks like {kind}. {advice}")
    if encoding or head.startswith(_MARKS):
        return
    guess = unmarked_utf16(head[:_SEEN_BYTES])
    if guess:
        raise Refused(
            "undecodable",
            "The file looks like UTF-16 without a byte order mark. Declare it in _source.json "
            f'("encoding": "{guess}").',
            line=1,
        )
    if _is_binary(head[:_SEEN_BYTES]):
        raise Refused(
            "not_csv", "The file is no text: whatever its name says, it is neither CSV nor gzip."
        )


def _kind(head: bytes) -> tuple[str, str] | None:
    """What the file is, and what its owner can do."""
    # A page may begin with a mark and with blank lines, as templates leave them.
    text = head[:_SEEN_BYTES].removeprefix(codecs.BOM_UTF8).lstrip()
    for start, kind, advice in _KNOWN:
        begin = text if start.startswith(b"<") else head
        if begin[: len(start)].lower() == start.lower():
            if any(part in head for part in _WORKBOOK_PARTS):
                return "an Excel workbook (.xlsx)", _SAVE
            return kind, advice
    return ("JSON", _EXPORT) if _JSON.match(head) else None


def unmarked_utf16(head: bytes) -> str | None:
    """Latin text in UTF-16 has a zero in every other byte; CSV text in UTF-8 has next to none."""
    even, odd = head[::2], head[1::2]
    if odd.count(0) * 2 > len(odd) and not even.count(0):
        return "utf-16-le"
    if even.count(0) * 2 > len(even) and not odd.count(0):
        return "utf-16-be"
    return None


def _is_binary(head: bytes) -> bool:
    """No UTF-8, and more control characters than any single-byte encoding of a text has."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        controls = len(head) - len(head.translate(None, _CONTROLS))
        return controls * 100 > len(head)
    return False
