"""Dates as they are written in a query: a moment, or the period that a shorter one stands for."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SHORT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_FULL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` up to before `after`, in UTC without a zone, as the dataset's dates are."""

    first: datetime
    after: datetime


def parse_moment(text: str) -> Period | None:
    """ISO 8601; without an offset the moment is in UTC. None for anything else.

    >>> parse_moment("2026-02").after
    datetime.datetime(2026, 3, 1, 0, 0)
    >>> parse_moment("2026-01-31T10:00:00+01:00").first
    datetime.datetime(2026, 1, 31, 9, 0)
    """
    try:
        if short := _SHORT.fullmatch(text):
            return _period(*(int(step) if step else None for step in short.groups()))
        if _FULL.fullmatch(text):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                moment = moment.astimezone(UTC).replace(tzinfo=None)
            return Period(moment, moment + timedelta(microseconds=1))
    except (ValueError, OverflowError):
        pass  # a month of 13, the year 10000
    return None


def _period(year: int | None, month: int | None, day: int | None) -> Period:
    assert year is not None
    first = datetime(year, month or 1, day or 1)
    if day is not None:
        return Period(first, first + timedelta(days=1))
    if month is not None:
        return Period(first, datetime(year + month // 12, month % 12 + 1, 1))
    return Period(first, datetime(year + 1, 1, 1))
