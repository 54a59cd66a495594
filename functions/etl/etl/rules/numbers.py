"""Rules 4 and 6: whole quantities and prices, by a declared decimal mark, never guessed."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.columns import arrow
from etl.columns.decimals import are_plain_decimals
from etl.rules.currencies import without_currency
from etl.rules.numerals import numeral, with_hyphen
from etl.rules.status import INVALID, MISSING, OK, ROUNDED, Verdicts, judged_singly

_INT64 = range(-(2**63), 2**63)
_SIGNED = re.compile(r"([+\-(])\s*(.*?)\s*(\)?)", re.DOTALL)
_PLAIN_WHOLE = r"^-?[0-9]{1,18}$"
_NEGATIVE_DECIMAL = r"^-[0-9]{1,15}(\.[0-9]{1,15})?$"


def judge_quantities(
    distinct: pa.StringArray, decimal: str, *, is_rounded: bool = False
) -> Verdicts:
    """Whole numbers as int64. The texts are stripped."""
    plain = arrow.booleans(pc.match_substring_regex(distinct, _PLAIN_WHOLE))
    values = np.zeros(len(distinct), np.int64)
    status = np.full(len(distinct), OK, np.uint8)
    values[plain] = arrow.numbers(pc.cast(distinct.filter(arrow.mask(plain)), pa.int64()), np.int64)
    rest = np.flatnonzero(~plain)
    values[rest], status[rest] = judged_singly(
        distinct, rest, lambda text: quantity(text, decimal, is_rounded=is_rounded)
    )
    return values, status


def judge_prices(distinct: pa.StringArray, decimal: str) -> Verdicts:
    """Prices as float64, not-a-number where missing. The texts are stripped."""
    dotted = distinct if decimal == "." else _dotted(distinct)
    plain = are_plain_decimals(dotted)
    rest = np.flatnonzero(~plain)
    negative = pc.match_substring_regex(dotted.take(arrow.column(rest)), _NEGATIVE_DECIMAL)
    plain[rest] = arrow.booleans(negative)
    values = np.full(len(distinct), np.nan)
    status = np.full(len(distinct), OK, np.uint8)
    # Adding zero turns -0.0 into 0.0.
    read = pc.cast(dotted.filter(arrow.mask(plain)), pa.float64())
    values[plain] = arrow.numbers(read, np.float64) + 0.0
    rest = np.flatnonzero(~plain)
    values[rest], status[rest] = judged_singly(distinct, rest, lambda text: price(text, decimal))
    return values, status


def _dotted(distinct: pa.StringArray) -> pa.StringArray:
    """Decimal commas as dots; a text with a dot of its own is left for the careful reading."""
    swapped = pc.replace_substring(distinct, ",", ".")
    return pc.if_else(pc.match_substring(distinct, "."), arrow.EMPTY, swapped)


def quantity(text: str, decimal: str, *, is_rounded: bool = False) -> tuple[int, int]:
    """Status and value of one stripped quantity; with `is_rounded` halves go away from zero.

    >>> quantity("3.0", "."), quantity("1,000", "."), quantity("3.5", ".") == (INVALID, 0)
    ((0, 3), (0, 1000), True)
    """
    if not text:
        return MISSING, 1
    read = numeral(text, decimal)
    if read is None:
        return INVALID, 0
    number = Decimal(read)
    if number.adjusted() > 19:
        return INVALID, 0
    whole = number.to_integral_value(ROUND_HALF_UP)
    if int(whole) not in _INT64 or (whole != number and not is_rounded):
        return INVALID, 0
    return (OK if whole == number else ROUNDED), int(whole)


def price(text: str, decimal: str) -> tuple[int, float]:
    """Status and value of one stripped price.

    >>> price("$1,200.50", "."), price("1.200,50- EUR", ",")
    ((0, 1200.5), (0, -1200.5))
    >>> price("12,50", ".") [0] == INVALID  # the decimal mark is declared, never guessed
    True
    """
    if not text:
        return MISSING, math.nan
    read = numeral(_amount(with_hyphen(text)), decimal)
    value = float(read) if read is not None else math.inf
    return (OK, value + 0.0) if math.isfinite(value) else (INVALID, math.nan)


def _amount(text: str) -> str:
    """The text without its currency, which may stand on either side of a sign or a bracket."""
    outer = _SIGNED.fullmatch(text)
    if outer is None:
        return without_currency(text)
    before, body, behind = outer.groups()
    inner = without_currency(body)
    # Two signs are none; a currency outside leaves the brackets to be taken off.
    return f"{before}{inner}{behind}" if inner != body else without_currency(text)
