"""CSV text by whole columns: comma, LF, UTF-8, quotes only where a value needs them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.rules import arrow
from etl.rules.text import octets
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
_COMMA, _QUOTE, _LINE_END = arrow.texts([",", '"', "\n"])


def header_line(names: Sequence[str]) -> bytes:
    return octets(_lines([quoted(arrow.texts([name])) for name in names])).tobytes()


def csv_bytes(kept: Kept, date_form: str, *, plain: bool) -> memoryview:
    """The rows as CSV lines. With `plain` no text of them holds a comma, quote or line end."""
    cells = number_texts(kept, _DATE_TYPES[date_form])
    for name in kept.table.column_names:
        if name not in cells:
            texts = kept.table.column(name).chunk(0)
            cells[name] = texts if plain else quoted(texts)
    return join_cells([cells[name] for name in kept.table.column_names])


def join_cells(columns: Sequence[pa.StringArray]) -> memoryview:
    """Lines of cells that are quoted already."""
    return memoryview(octets(_lines(columns)))  # type: ignore[arg-type]


def _lines(columns: Sequence[pa.StringArray]) -> pa.StringArray:
    *front, last = columns
    ended = pc.binary_join_element_wise(last, _LINE_END, arrow.EMPTY, null_handling="replace")
    return pc.binary_join_element_wise(*front, ended, _COMMA, null_handling="replace")


def quoted(texts: pa.StringArray) -> pa.StringArray:
    """The texts with quotes around those that need them."""
    special = pc.match_substring_regex(texts, _SPECIAL)
    if not pc.any(special).as_py():
        return texts
    return pc.if_else(special, always_quoted(texts), texts)


def always_quoted(texts: pa.StringArray) -> pa.StringArray:
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.binary_join_element_wise(_QUOTE, doubled, _QUOTE, arrow.EMPTY)


def date_form_of(micros: NDArray[np.int64]) -> str:
    """The shortest form that holds every one of the dates."""
    if not (micros % 86_400_000_000).any():
        return DATE
    return MICROSECONDS if (micros % 1_000_000).any() else SECONDS
