"""CSV text by whole columns: comma, LF, UTF-8, quotes only where a value needs them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.rules import arrow
from etl.rules.text import octets

DATE: Final = "date"
SECONDS: Final = "seconds"
MICROSECONDS: Final = "microseconds"
DATE_FORMS: Final = (DATE, SECONDS, MICROSECONDS)

_SPECIAL = r'[",\r\n]'
_COMMA, _QUOTE, _LINE_END = arrow.texts([",", '"', "\n"])


def header_line(names: Sequence[str]) -> bytes:
    return octets(_lines([quoted(arrow.texts([name])) for name in names])).tobytes()


def csv_bytes(table: pa.Table, date_form: str, *, plain: bool) -> memoryview:
    """The table as CSV lines. With `plain` no text of it holds a comma, quote or line end."""
    columns = [
        _texts(column.combine_chunks(), date_form, plain=plain) for column in table.itercolumns()
    ]
    return memoryview(octets(_lines(columns)))  # type: ignore[arg-type]


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


def _texts(column: pa.Array, date_form: str, *, plain: bool) -> pa.StringArray:
    if pa.types.is_string(column.type):
        return column if plain else quoted(column)
    if pa.types.is_timestamp(column.type):
        return _dates(column, date_form)
    return pc.cast(column, pa.string())


def _dates(column: pa.TimestampArray, date_form: str) -> pa.StringArray:
    encoded = column.dictionary_encode()
    unit = {DATE: pa.date32(), SECONDS: pa.timestamp("s"), MICROSECONDS: pa.timestamp("us")}
    texts = pc.cast(pc.cast(encoded.dictionary, unit[date_form]), pa.string())
    return texts.take(encoded.indices)


def date_form_of(column: pa.ChunkedArray) -> str:
    """The shortest form that holds every date of the column."""
    micros = arrow.numbers(column.combine_chunks(), np.int64)
    if not (micros % 86_400_000_000).any():
        return DATE
    return MICROSECONDS if (micros % 1_000_000).any() else SECONDS
