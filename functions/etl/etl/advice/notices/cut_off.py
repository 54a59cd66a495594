"""A file that ends in the middle of a row or of a value, as of a transfer that broke off."""

import csv
from collections.abc import Iterator
from typing import Final

from etl.advice.notices.unfinished_values import is_unfinished
from etl.report.advice import CUT_OFF, Notice
from etl.source.file import Source
from etl.source.header import Header
from etl.source.raw import last_lines

# What programs of DOS and of tapes write behind the last line.
_END_MARKS: Final = b"\x1a\0 \t"
_SHOWN: Final = 80
_REMEDY: Final = "Rows behind it may be missing: export or upload the file again."


def cut_off(source: Source, header: Header) -> Iterator[Notice]:
    """Where the file has no line end at its end, and its last row or value seems to go on.

    Of a file that is read from its beginning only (packed, or in UTF-16) nothing is told.
    """
    if not source.is_divisible:
        return
    lines, last = last_lines(source.path)
    before = lines[-1] if lines else b""
    # With an odd number of quotes it is the end of a value of several lines.
    if not last.strip(_END_MARKS) or any(line.count(b'"') % 2 for line in (before, last)):
        return
    cells, width = _cells(last, header.delimiter), len(header.cells)
    if len(cells) < min(len(_cells(before, header.delimiter)), width):
        yield Notice(
            kind=CUT_OFF,
            message=f"The file ends in the middle of a row: the last one has {len(cells):,} of "
            f"{width:,} fields and no line end. {_REMEDY}",
            examples=(_shown(last),),
        )
    elif len(cells) == width and not last.endswith(b"\x1a"):
        rows = (_cells(line, header.delimiter) for line in lines[1:] if line.count(b'"') % 2 == 0)
        others = [row[-1] for row in rows if len(row) == width and tuple(row) != header.cells]
        if is_unfinished(cells[-1].strip(), [text.strip() for text in others]):
            yield Notice(
                kind=CUT_OFF,
                column=header.cells[-1],
                message="The file seems to end in the middle of a value: no line end follows the "
                f"last one, which begins as others of its column do and stops sooner. {_REMEDY}",
                examples=(cells[-1][:_SHOWN] or _shown(last), others[-1][:_SHOWN]),
            )


def _cells(line: bytes, delimiter: str) -> list[str]:
    return next(csv.reader([line.decode(errors="replace")], delimiter=delimiter), [])


def _shown(line: bytes) -> str:
    return line.decode(errors="replace")[:_SHOWN]
