"""Rows that a quote in the wrong place has made part of a value."""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from etl.advice.layout.detect import is_date
from etl.advice.trial import Trial
from etl.profile.columns import MAX_COLUMNS
from etl.report.advice import SWALLOWED_ROWS, Notice
from etl.source.header import Header

_LOOKED_AT: Final = 500
_EXAMPLES: Final = 3
_SHOWN: Final = 80
_LONGEST: Final = 1 << 16
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def swallowed_rows(trial: Trial) -> Iterator[Notice]:
    """Of values with line breaks whose lines are the file's rows: their width, and a date."""
    header = trial.header
    assert header is not None
    found = [
        text
        for name in header.file_names[:MAX_COLUMNS]
        for text in islice(filter(_LINE_END.search, trial.texts(name)), _LOOKED_AT)
        if _has_row(text, header.cells.index(name), header)
    ]
    if found:
        yield Notice(
            kind=SWALLOWED_ROWS,
            message="Rows became part of a value, for a quote is opened in one row and closed in "
            'a later one: take it out of the file, or double it (""). Where quotes are '
            'characters like others, a description with "quote": "" reads them so.',
            examples=tuple(_LINE_END.sub(r"\\n", text[:_SHOWN]) for text in found[:_EXAMPLES]),
        )


def _has_row(text: str, place: int, header: Header) -> bool:
    """Whether a line of the value at this place is a row, or the part of one that is outside it."""
    parts = _LINE_END.split(text[:_LONGEST])
    lines = [next(csv.reader([line], delimiter=header.delimiter), []) for line in parts]
    first, *whole, last = lines
    width = len(header.cells)
    dated = header.cells.index("order_date") if "order_date" in header.cells else None
    rows = [cells for cells in whole if len(cells) == width]
    if place + len(first) == width:
        rows.append([""] * place + first)
    if len(last) == place + 1:
        rows.append(last + [""] * (width - len(last)))
    return dated is not None and any(is_date(cells[dated].strip()) for cells in rows)
