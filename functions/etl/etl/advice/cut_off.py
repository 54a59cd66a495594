"""A file that ends in the middle of a row, as of a transfer that broke off."""

import csv
from collections.abc import Iterator
from typing import Final

from etl.report.advice import CUT_OFF, Notice
from etl.source.file import Source
from etl.source.header import Header
from etl.source.raw import last_lines

# What programs of DOS and of tapes write behind the last line.
_END_MARKS: Final = b"\x1a\0 \t"


def cut_off(source: Source, header: Header) -> Iterator[Notice]:
    """Where the last row has fewer fields than the one before it, and no line end.

    Of a file that is read from its beginning only (packed, or in UTF-16) nothing is told.
    """
    if not source.is_divisible:
        return
    before, last = last_lines(source.path)
    # With an odd number of quotes it is the end of a value of several lines.
    if not last.strip(_END_MARKS) or any(line.count(b'"') % 2 for line in (before, last)):
        return
    fields = _width(last, header.delimiter)
    if fields < min(_width(before, header.delimiter), len(header.cells)):
        yield Notice(
            kind=CUT_OFF,
            message=f"The file ends in the middle of a row: the last one has {fields:,} of "
            f"{len(header.cells):,} fields and no line end. Rows behind it may be missing: export "
            "or upload the file again.",
            examples=(last.decode(errors="replace")[:80],),
        )


def _width(line: bytes, delimiter: str) -> int:
    return len(next(csv.reader([line.decode(errors="replace")], delimiter=delimiter), ()))
