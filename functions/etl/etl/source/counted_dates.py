"""Dates that are counts, of seconds since 1970 or of a spreadsheet's days: the words for them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

# Spreadsheets count days from 1899-12-30; a day before March 1900 is off by one and not read.
_DAY_ZERO = datetime(1899, 12, 30)
_DAY_ZERO_1904 = datetime(1904, 1, 1)
_DAYS = range(61, 73_416)

Read = Callable[[str], datetime | None]


def unix_seconds(text: str) -> datetime | None:
    """Seconds since 1970, from 1973 on: nine or ten digits, so that no day number is one."""
    return _since_1970(text, 1) if re.fullmatch(r"\d{9,10}([.,]\d{1,9})?", text) else None


def unix_milliseconds(text: str) -> datetime | None:
    """Milliseconds since 1970, from 1973 on: twelve or thirteen digits."""
    return _since_1970(text, 1000) if re.fullmatch(r"\d{12,13}", text) else None


def unix_microseconds(text: str) -> datetime | None:
    """Microseconds since 1970, from 1973 on: fifteen or sixteen digits."""
    return _since_1970(text, 1_000_000) if re.fullmatch(r"\d{15,16}", text) else None


def unix_nanoseconds(text: str) -> datetime | None:
    """Nanoseconds since 1970, from 1973 on: eighteen or nineteen digits."""
    return _since_1970(text, 1_000_000_000) if re.fullmatch(r"\d{18,19}", text) else None


def dotnet_json(text: str) -> datetime | None:
    """Milliseconds since 1970 as .NET writes dates in JSON; the offset moves nothing.

    >>> dotnet_json("/Date(1704412800000+0100)/") == unix_milliseconds("1704412800000")
    True
    """
    match = re.fullmatch(r"\\?/Date\((\d{12,13})([+-]\d{4})?\)\\?/", text)
    return unix_milliseconds(match[1]) if match else None


def spreadsheet_days(text: str) -> datetime | None:
    """A spreadsheet's day number, with or without the time of day as its fraction."""
    return _since(text, _DAY_ZERO)


def spreadsheet_days_1904(text: str) -> datetime | None:
    """The same in a workbook that counts from 1904."""
    return _since(text, _DAY_ZERO_1904)


WORDS: Final[Mapping[str, Read]] = {
    "unix_seconds": unix_seconds,
    "unix_milliseconds": unix_milliseconds,
    "unix_microseconds": unix_microseconds,
    "unix_nanoseconds": unix_nanoseconds,
    "dotnet_json": dotnet_json,
    "spreadsheet_days": spreadsheet_days,
    "spreadsheet_days_1904": spreadsheet_days_1904,
}


def _since_1970(text: str, per_second: int) -> datetime:
    seconds = Decimal(text.replace(",", ".")) / per_second
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(seconds * 1_000_000))


_DAY = Decimal(86_400)


def _since(text: str, zero: datetime) -> datetime | None:
    if not re.fullmatch(r"\d{2,5}([.,]\d{1,15})?", text):
        return None
    days = Decimal(text.replace(",", "."))
    if int(days) not in _DAYS:
        return None
    seconds = days * _DAY
    # Half of the last decimal place: 45347.304861, six places of 07:19:00, is no 07:18:59.99.
    if abs(seconds - round(seconds)) <= _DAY.scaleb(int(days.as_tuple().exponent)) / 2:
        return zero + timedelta(seconds=round(seconds))
    # A double holds the time of day to ten microseconds or so.
    return zero + timedelta(milliseconds=round(seconds * 1000))
