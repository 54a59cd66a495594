"""Rules 4 and 6: whole quantities and prices, by a declared decimal mark, never guessed."""

import math
import re
import unicodedata
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.columns import arrow
from etl.rules.status import INVALID, MISSING, OK, Verdicts

_INT64 = range(-(2**63), 2**63)
_NUMERAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
# Spaces (plain, no-break, thin, narrow) and apostrophes separate thousands in every country.
_GROUPED = re.compile(r"([+-]?)(\d{1,3})(?:([,. '’\u00a0\u2009\u202f])(\d{3}(?:\3\d{3})*))(\.\d+)?")
_CODES = (
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES "
    "KRW KWD MAD MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TRY TWD UAH USD "
    "UYU VND ZAR"
)
_CURRENCY_CODES = frozenset(_CODES.split())
_PLAIN_WHOLE = r"^-?[0-9]{1,18}$"
_PLAIN_DECIMAL = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"


def judge_quantities(distinct: pa.StringArray, decimal: str) -> Verdicts:
    """Whole numbers as int64. The texts are stripped and distinct."""
    plain = arrow.booleans(pc.match_substring_regex(distinct, _PLAIN_WHOLE))
    values = np.zeros(len(distinct), np.int64)
    status = np.full(len(distinct), OK, np.uint8)
    values[plain] = arrow.numbers(pc.cast(distinct.filter(arrow.mask(plain)), pa.int64()), np.int64)
    for i in np.flatnonzero(~plain):
        status[i], values[i] = quantity(distinct[i].as_py(), decimal)
    return values, status


def judge_prices(distinct: pa.StringArray, decimal: str) -> Verdicts:
    """Prices as float64, not-a-number where missing. The texts are stripped and distinct."""
    dotted = distinct if decimal == "." else _dotted(distinct)
    plain = arrow.booleans(pc.match_substring_regex(dotted, _PLAIN_DECIMAL))
    values = np.full(len(distinct), np.nan)
    status = np.full(len(distinct), OK, np.uint8)
    # Adding zero turns -0.0 into 0.0.
    read = pc.cast(dotted.filter(arrow.mask(plain)), pa.float64())
    values[plain] = arrow.numbers(read, np.float64) + 0.0
    for i in np.flatnonzero(~plain):
        status[i], values[i] = price(distinct[i].as_py(), decimal)
    return values, status


def _dotted(distinct: pa.StringArray) -> pa.StringArray:
    """Decimal commas as dots; a text with a dot of its own is left for the careful reading."""
    swapped = pc.replace_substring(distinct, ",", ".")
    return pc.if_else(pc.match_substring(distinct, "."), arrow.EMPTY, swapped)


def quantity(text: str, decimal: str) -> tuple[int, int]:
    """Status and value of one stripped quantity.

    >>> quantity("3.0", "."), quantity("3.5", ".") == (INVALID, 0)
    ((0, 3), True)
    """
    if not text:
        return MISSING, 1
    numeral = _with_dot(text, decimal)
    if numeral is None or not _NUMERAL.fullmatch(numeral):
        return INVALID, 0
    number = Decimal(numeral)
    if number.adjusted() > 19 or number != number.to_integral_value() or int(number) not in _INT64:
        return INVALID, 0
    return OK, int(number)


def price(text: str, decimal: str) -> tuple[int, float]:
    """Status and value of one stripped price.

    >>> price("$1,200.50", "."), price("1.200,50 EUR", ",")
    ((0, 1200.5), (0, 1200.5))
    >>> price("12,50", ".") [0] == INVALID  # the decimal mark is declared, never guessed
    True
    """
    if not text:
        return MISSING, math.nan
    bare = _without_currency(text)
    numeral = _with_dot(bare, decimal)
    if numeral is None or not _NUMERAL.fullmatch(numeral):
        numeral = _ungrouped(bare, decimal)
    value = float(numeral) if numeral is not None else math.inf
    return (OK, value + 0.0) if math.isfinite(value) else (INVALID, math.nan)


def _with_dot(text: str, decimal: str) -> str | None:
    if decimal == ".":
        return text
    return None if "." in text else text.replace(",", ".")


def _ungrouped(text: str, decimal: str) -> str | None:
    if decimal == ",":
        text = text.translate({ord(","): ".", ord("."): ","})
    match = _GROUPED.fullmatch(text) if text.isascii() or _digits_are_ascii(text) else None
    if match is None or match[3] == ".":
        return None
    sign, head, _, groups, fraction = match.groups(default="")
    return sign + head + re.sub(r"\D", "", groups) + fraction


def _digits_are_ascii(text: str) -> bool:
    return all(c.isascii() for c in text if c.isdigit())


def _without_currency(text: str) -> str:
    """The text without one currency sign or code before or after it."""
    sign = text[0] if text[0] in "+-" else ""
    body = text[len(sign) :].lstrip() if sign else text
    for inner in _cut_currency(body):
        rest = inner.strip()
        if rest and not (sign and rest[0] in "+-"):
            return sign + rest
    return text


def _cut_currency(body: str) -> list[str]:
    found = []
    if body[:3].upper() in _CURRENCY_CODES:
        found.append(body[3:])
    if body[-3:].upper() in _CURRENCY_CODES:
        found.append(body[:-3])
    if body and unicodedata.category(body[0]) == "Sc":
        found.append(body[1:])
    if body and unicodedata.category(body[-1]) == "Sc":
        found.append(body[:-1])
    return found
