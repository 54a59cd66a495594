"""A header of another order within the rows, as of files that were joined."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.characters import visible
from etl.columns.text import strip
from etl.errors import Refused
from etl.rules.status import INVALID, OK, Judged
from etl.source.fields import Fields


def refuse_other_header(
    fields: Fields,
    numbers: Iterable[Judged],
    header_line: Sequence[str],
    is_known: NDArray[np.bool_],
) -> None:
    """The rows below it would be read by the first header, and look good.

    It has the first one's names in another order, or half of them and no value where there should
    be one. `header_line` are the first one's names in lower case, `is_known` the rows that repeat
    it. Only texts that are no values are looked at. Raises Refused (`changed_header`).
    """
    names = arrow.texts(header_line)
    values = list(numbers)
    for column in values:
        invalid = np.flatnonzero(column.status == INVALID)
        if not len(invalid):
            continue
        texts = pc.utf8_lower(strip(column.texts.take(arrow.column(invalid))))
        named = invalid[arrow.booleans(pc.is_in(texts, value_set=names))]
        rows = np.isin(column.indices, named) & ~is_known if len(named) else is_known[:0]
        for row in np.flatnonzero(rows).tolist():
            cells = _cells(fields, row)
            has_value = any(one.status[one.indices[row]] == OK for one in values)
            if cells != header_line and _is_header(cells, header_line, has_value=has_value):
                line = int(fields.block.lines[fields.records[row]])
                raise Refused(
                    "changed_header",
                    f"Line {line:,} names columns again, and not as the header does: what stands "
                    "below it belongs to other columns. Make it a file of its own.",
                    line=line,
                )


def _cells(fields: Fields, row: int) -> list[str]:
    columns = fields.header.file_names
    return [visible(fields.columns[name][row].as_py()).lower() for name in columns]


def _is_header(cells: Sequence[str], header_line: Sequence[str], *, has_value: bool) -> bool:
    if sorted(cells) == sorted(header_line):
        return True
    named = len(set(cells).intersection(header_line))
    return not has_value and named * 2 >= len(header_line)
