"""CSV text by whole columns: comma, LF, UTF-8, quotes only where a value needs them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.text import octets
from etl.sink.originals import are_canonical, with_gaps
from etl.sink.table import Kept, number_texts

DATE: Final = "date"
SECONDS: Final = "seconds"
MICROSECONDS: Final = "microseconds"
DATE_FORMS: Final = (DATE, SECONDS, MICROSECONDS)

_DATE_TYPES = {
    DATE: pa.date32(),
    SECONDS: pa.timestamp("s"),
    MICROSECONDS: pa.timestamp("us"),
}
_SPECIAL = r'[",\r\n]'
_SPECIAL_BYTES = np.zeros(256, bool)
_SPECIAL_BYTES[list(b'",\r\n')] = True
_COMMA, _QUOTE, _LINE_END = arrow.texts([",", '"', "\n"])


def header_line(names: Sequence[str]) -> bytes:
    return octets(_lines([quoted(arrow.texts([name])) for name in names])).tobytes()


def csv_bytes(kept: Kept, date_form: str) -> memoryview:
    """The rows as CSV lines: most are copied from the file, only the others are written anew."""
    date_type, block = _DATE_TYPES[date_form], kept.judged.fields.block
    changed = np.flatnonzero(~are_canonical(kept, date_type))
    anew = _lines(_cells(kept, date_type, changed))
    if len(changed) == len(kept):
        return memoryview(octets(anew))  # type: ignore[arg-type]
    originals = with_gaps(block)
    source = 2 * kept.judged.fields.records[kept.rows]
    source[changed] = len(originals) + np.arange(len(changed))
    lines = pa.concat_arrays([originals, anew]).take(arrow.column(source))
    return memoryview(octets(lines))  # type: ignore[arg-type]


def _cells(kept: Kept, date_type: pa.DataType, chosen: NDArray[np.int64]) -> list[pa.StringArray]:
    """The columns of some of the kept rows."""
    rows, numbers = kept.rows[chosen], kept.judged.numbers
    cells = []
    for name in kept.table.column_names:
        if name in numbers:
            judged = numbers[name]
            cells.append(number_texts(name, judged, date_type, judged.indices[rows]))
        else:
            texts = kept.table.column(name).chunk(0)
            cells.append(quoted(texts.take(arrow.column(chosen))))
    return cells


def join_cells(columns: Sequence[pa.StringArray]) -> memoryview:
    """Lines of cells that are quoted already."""
    return memoryview(octets(_lines(columns)))  # type: ignore[arg-type]


def _lines(columns: Sequence[pa.StringArray]) -> pa.StringArray:
    *front, last = columns
    ended = pc.binary_join_element_wise(last, _LINE_END, arrow.EMPTY, null_handling="replace")
    return pc.binary_join_element_wise(*front, ended, _COMMA, null_handling="replace")


def quoted(texts: pa.StringArray) -> pa.StringArray:
    """The texts with quotes around those that need them."""
    if not _SPECIAL_BYTES[octets(texts)].any():
        return texts
    special = pc.match_substring_regex(texts, _SPECIAL)
    return pc.if_else(special, always_quoted(texts), texts)


def always_quoted(texts: pa.StringArray) -> pa.StringArray:
    if (octets(texts) == ord('"')).any():
        texts = pc.replace_substring(texts, '"', '""')
    return pc.binary_join_element_wise(_QUOTE, texts, _QUOTE, arrow.EMPTY)


def date_form_of(micros: NDArray[np.int64]) -> str:
    """The shortest form that holds every one of the dates."""
    if not (micros % 86_400_000_000).any():
        return DATE
    return MICROSECONDS if (micros % 1_000_000).any() else SECONDS
