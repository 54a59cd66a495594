"""Rule 5: dates by declared formats only, value by value, always naive UTC microseconds."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.text import octets
from etl.rules.status import INVALID, MISSING, OK, Verdicts, judged_singly
from etl.source.date_formats import ISO, read_declared
from etl.source.months import month_numbers

YEARS = range(1900, 2101)

_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s?([Zz]|[Uu][Tt][Cc]|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_SLASHED = re.compile(r"(\d{4})/(\d\d)/(\d\d)", re.ASCII)
_PLAIN_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_PLAIN_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}$"
_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class DateReading:
    """How dates are written: formats tried in order (none: ISO), languages of month names.

    `time_zone`, an IANA name, is where the clock stood that wrote times without an offset.
    """

    formats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    time_zone: str | None = None


DEFAULT: Final = DateReading()


def judge_dates(distinct: pa.StringArray, reading: DateReading = DEFAULT) -> Verdicts:
    """Microseconds since 1970 as int64. The texts are stripped."""
    values = np.zeros(len(distinct), np.int64)
    status = np.full(len(distinct), OK, np.uint8)
    unread = np.ones(len(distinct), bool)
    if not reading.formats or reading.formats[0] == ISO:
        plain_forms = ((_PLAIN_DATE, 10), (_PLAIN_TIME, 19))
        for pattern, width in plain_forms[:1] if reading.time_zone else plain_forms:
            plain = arrow.booleans(pc.match_substring_regex(distinct, pattern))
            texts = octets(distinct.filter(arrow.mask(plain))).reshape(-1, width)
            values[plain], status[plain] = _plain_dates(texts)
            # What has ISO's form and is no day may be one by a later format.
            unread &= ~plain | ((status == INVALID) & (len(reading.formats) > 1))
    rest = np.flatnonzero(unread)
    values[rest], status[rest] = judged_singly(
        distinct, rest, lambda text: order_date(text, reading)
    )
    return values, status


def _plain_dates(texts: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """By arithmetic on columns of digits: texts like 2024-06-30 or 2024-06-30T23:59:59."""
    digits = texts.astype(np.int64) - ord("0")
    year = digits[:, :4] @ [1000, 100, 10, 1]
    month, day = _two_digits(digits, 5), _two_digits(digits, 8)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    known = (month >= 1) & (month <= 12)
    last = _DAYS_IN_MONTH[np.where(known, month, 0)] + ((month == 2) & leap)
    good = known & (day >= 1) & (day <= last) & (year >= YEARS.start) & (year < YEARS.stop)
    seconds = np.zeros(len(texts), np.int64)
    if texts.shape[1] > 10:
        hour, minute, second = (_two_digits(digits, at) for at in (11, 14, 17))
        good &= (hour < 24) & (minute < 60) & (second < 60)
        seconds = hour * 3600 + minute * 60 + second
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(good, day - 1, 0)
    micros = days.astype("datetime64[us]").astype(np.int64) + np.where(good, seconds, 0) * 1_000_000
    return micros, np.where(good, OK, INVALID)


def _two_digits(digits: NDArray[np.int64], at: int) -> NDArray[np.int64]:
    number: NDArray[np.int64] = digits[:, at] * 10 + digits[:, at + 1]
    return number


def order_date(text: str, reading: DateReading = DEFAULT) -> tuple[int, int]:
    """Status and microseconds of one stripped date.

    >>> order_date("2024-06-30") == order_date("2024/06/30") == (OK, 1719705600000000)
    True
    >>> order_date("2024-06-31")[0] == order_date("now")[0] == order_date("20240105")[0] == INVALID
    True
    """
    if not text:
        return MISSING, 0
    if any(c.isdigit() and not c.isascii() for c in text):
        return INVALID, 0
    moment = _moment(text, reading)
    if moment is None:
        return INVALID, 0
    utc = _utc(moment, reading.time_zone)
    if utc is None or utc.year not in YEARS:
        return INVALID, 0
    return OK, (utc - _EPOCH) // _MICROSECOND


def _utc(moment: datetime, time_zone: str | None) -> datetime | None:
    """In UTC without saying so; None for a time that the clocks of the zone left out.

    A date without a time of day is a day, whatever the zone. Of an hour that came twice, the first.
    """
    try:
        if moment.tzinfo is None and time_zone and moment.time() != time():
            zone = _zone_of(time_zone)
            utc = moment.replace(tzinfo=zone).astimezone(UTC)
            if utc.astimezone(zone).replace(tzinfo=None) != moment:
                return None
            moment = utc
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        return None


@cache
def _zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _moment(text: str, reading: DateReading) -> datetime | None:
    """By the first format that reads the text."""
    for form in reading.formats or (ISO,):
        moment = (
            _default(text)
            if form == ISO
            else read_declared(form, text, month_numbers(reading.languages))
        )
        if moment is not None:
            return moment
    return None


def _default(text: str) -> datetime | None:
    match = _ISO.fullmatch(text) or _SLASHED.fullmatch(text)
    if match is None:
        return None
    year, month, day, *rest = match.groups(default="")
    hour, minute, second, fraction, zone = rest or [""] * 5
    numbers = [int(part or 0) for part in (year, month, day, hour, minute, second)]
    try:
        moment = datetime(*numbers)  # type: ignore[arg-type] # six numbers, no time zone
        micros = timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
        return (moment + micros).replace(tzinfo=_zone(zone))
    except ValueError:
        return None


def _zone(text: str) -> timezone | None:
    if not text:
        return None
    if text in "Zz" or text.upper() == "UTC":
        return UTC
    sign = -1 if text[0] == "-" else 1
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > 3 else 0
    if minutes > 59:
        raise ValueError(text)
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
