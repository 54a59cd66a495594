"""How people write a number: signs, thousands, decimal mark; what is ambiguous is no number."""

import re
from typing import Final

# Hyphens and dashes that stand for a minus; the long dash does not.
_MINUS: Final = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"), "-")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
# Spaces (plain, no-break, figure, thin, narrow) and apostrophes separate thousands everywhere.
_SEPARATOR = "[,. '’\u00a0\u2007\u2009\u202f]"
# No number has a thousands separator after a leading zero: 0,125 is a decimal comma.
_GROUPED = re.compile(rf"([1-9]\d{{0,2}})({_SEPARATOR})(\d{{3}}(?:\2\d{{3}})*)(\.\d+)?", re.ASCII)
# Lakh and crore: groups of two above the first three digits.
_INDIAN = re.compile(r"([1-9]\d?)(,)((?:\d\d,)+\d{3})(\.\d+)?", re.ASCII)
_IN_BRACKETS = re.compile(r"\(\s*([^()+-]*?)\s*\)")
_MINUS_BEHIND = re.compile(r"([^+-]*\d)-", re.ASCII)
_SIGN_APART = re.compile(r"([+-])\s+(?=[\d.])", re.ASCII)


def numeral(text: str, decimal: str) -> str | None:
    """The number as Python reads it, None if the text is no number or could be two.

    >>> numeral("1,200.50", "."), numeral("1.200,50-", ","), numeral("(1,50,000)", ".")
    ('1200.50', '-1200.50', '-150000')
    >>> numeral("0,125", "."), numeral("12,50", "."), numeral("12.-", ".")
    (None, None, None)
    """
    text = _SIGN_APART.sub(r"\1", _sign_before(with_hyphen(text)))
    plain = _with_dot(text, decimal)
    if plain is not None and _PLAIN.fullmatch(plain):
        return plain
    sign, body = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    whole = _ungrouped(body, decimal)
    return None if whole is None else sign + whole


def with_hyphen(text: str) -> str:
    """The text with ASCII's hyphen for every sign that means minus."""
    return text if text.isascii() else text.translate(_MINUS)


def _sign_before(text: str) -> str:
    """Accounting's brackets and SAP's minus behind the number as a minus before it."""
    match = _IN_BRACKETS.fullmatch(text) or _MINUS_BEHIND.fullmatch(text)
    return f"-{match[1]}" if match else text


def _with_dot(text: str, decimal: str) -> str | None:
    if decimal == ".":
        return text
    return None if "." in text else text.replace(",", ".")


def _ungrouped(text: str, decimal: str) -> str | None:
    if decimal == ",":
        text = text.translate({ord(","): ".", ord("."): ","})
    match = _GROUPED.fullmatch(text) or (_INDIAN.fullmatch(text) if decimal == "." else None)
    if match is None or match[2] == ".":
        return None
    head, _, groups, fraction = match.groups(default="")
    return head + re.sub(r"\D", "", groups) + fraction
