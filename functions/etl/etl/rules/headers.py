"""A header of another order within the rows, as of files that were joined."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.characters import visible
from etl.columns.text import strip
from etl.errors import Refused
from etl.rules.status import INVALID, Judged
from etl.source.fields import Fields


def refuse_other_header(
    fields: Fields,
    numbers: Iterable[Judged],
    header_line: Sequence[str],
    is_known: NDArray[np.bool_],
) -> None:
    """The rows below it would be read by the first header, and look good.

    `header_line` are the first one's names in lower case, `is_known` the rows that repeat it. Only
    texts that are no values are looked at. Raises Refused (`changed_header`).
    """
    names = arrow.texts(header_line)
    for column in numbers:
        invalid = np.flatnonzero(column.status == INVALID)
        if not len(invalid):
            continue
        texts = pc.utf8_lower(strip(column.texts.take(arrow.column(invalid))))
        named = invalid[arrow.booleans(pc.is_in(texts, value_set=names))]
        rows = np.isin(column.indices, named) & ~is_known if len(named) else is_known[:0]
        for row in np.flatnonzero(rows).tolist():
            _refuse_if_header(fields, row, header_line)


def _refuse_if_header(fields: Fields, row: int, header_line: Sequence[str]) -> None:
    columns = fields.header.file_names
    cells = [visible(fields.columns[name][row].as_py()).lower() for name in columns]
    if cells != header_line and sorted(cells) == sorted(header_line):
        line = int(fields.block.lines[fields.records[row]])
        raise Refused(
            "changed_header",
            f"Line {line:,} names the columns again, in another order: what stands below it "
            "belongs to other columns. Make it a file of its own.",
            line=line,
        )
