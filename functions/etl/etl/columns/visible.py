"""What a reader sees of a text: no invisible characters, and of ="0001" the 0001.

Spreadsheets write ="0001" to keep the zeros of an id. Byte order marks come from joined files,
other invisible characters from web pages and right-to-left texts.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.columns import arrow
from etl.columns.characters import FIRST_OCTETS, INVISIBLE_RE2
from etl.columns.text import first_octets, has_unusual_octets, octets, strip

_BEGINS = np.zeros(256, bool)
_BEGINS[FIRST_OCTETS] = True
_FORMULA: Final = r'^="((?:[^"]|"")*)"$'


def identifiers(values: pa.StringArray) -> pa.StringArray:
    """Each text as its reader sees it, without blanks at its ends; no copy if none changes."""
    if not has_unusual_octets(values):
        return without_formulas(values)
    values = plain_texts(values)
    if not _BEGINS[octets(values)].any():
        return values
    if not arrow.booleans(pc.match_substring_regex(values, INVISIBLE_RE2)).any():
        return values
    return strip(pc.replace_substring_regex(values, INVISIBLE_RE2, ""))


def plain_texts(values: pa.StringArray) -> pa.StringArray:
    """Each text without blanks at its ends, ="0001" as 0001; no copy if none changes."""
    values = strip(values)
    read = without_formulas(values)
    return values if read is values else strip(read)


def without_formulas(values: pa.StringArray) -> pa.StringArray:
    """="0001" as 0001; every other text as it is; no copy if none changes."""
    if not (octets(values) == ord("=")).any() or not (first_octets(values) == ord("=")).any():
        return values
    formulas = pc.match_substring_regex(values, _FORMULA)
    if not arrow.booleans(formulas).any():
        return values
    inner = pc.replace_substring_regex(values, _FORMULA, r"\1")
    return pc.if_else(formulas, pc.replace_substring(inner, '""', '"'), values)
