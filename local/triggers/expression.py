"""Schedule expressions of EventBridge: rate(), cron() and at(), in UTC.

Grammar: Amazon EventBridge Scheduler User Guide, "Schedule types".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
# How far ahead a cron is searched before it counts as never due again.
_HORIZON = timedelta(days=366 * 5)


class InvalidExpression(Exception):
    """The expression is not one that EventBridge takes; the message says which part."""


@dataclass(frozen=True)
class Rate:
    """Every `seconds`, counted from the start of the stack."""

    seconds: int

    def next_after(self, moment: datetime) -> datetime | None:
        return moment + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class At:
    """Once."""

    moment: datetime

    def next_after(self, moment: datetime) -> datetime | None:
        return self.moment if self.moment > moment else None


@dataclass(frozen=True)
class Cron:
    """Six fields, each the set of values it fits; None fits every value."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None
    years: frozenset[int]

    def next_after(self, moment: datetime) -> datetime | None:
        """The first fitting minute after the moment, None if there is none in five years."""
        candidate = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while candidate < moment + _HORIZON:
            if not self._day_fits(candidate):
                candidate = candidate.replace(hour=0, minute=0) + timedelta(days=1)
            elif candidate.hour not in self.hours:
                candidate = candidate.replace(minute=0) + timedelta(hours=1)
            elif candidate.minute not in self.minutes:
                candidate += timedelta(minutes=1)
            else:
                return candidate
        return None

    def _day_fits(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7 + 1
        return (
            day.year in self.years
            and day.month in self.months
            and (self.days is None or day.day in self.days)
            and (self.weekdays is None or weekday in self.weekdays)
        )


Schedule = Rate | At | Cron


def parse(expression: str) -> Schedule:
    """Raises InvalidExpression."""
    match = re.fullmatch(r"(rate|cron|at)\((.+)\)", expression.strip())
    if match is None:
        raise InvalidExpression(f"{expression!r} is none of rate(...), cron(...), at(...)")
    kind, inside = match.groups()
    if kind == "rate":
        return _parse_rate(inside)
    if kind == "at":
        return _parse_at(inside)
    return _parse_cron(inside.split())


def _parse_rate(text: str) -> Rate:
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", text.strip())
    if match is None or (match[1] == "1") == bool(match[3]):
        raise InvalidExpression(
            f"rate({text}) is not a number and a unit such as 1 minute or 5 minutes"
        )
    return Rate(int(match[1]) * _UNITS[match[2]])


def _parse_at(text: str) -> At:
    try:
        return At(datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC))
    except ValueError as error:
        raise InvalidExpression(f"at({text}) is not yyyy-mm-ddThh:mm:ss") from error


def _parse_cron(fields: Sequence[str]) -> Cron:
    if len(fields) != 6:
        raise InvalidExpression(f"cron({' '.join(fields)}) has {len(fields)} fields, not 6")
    minutes, hours, days, months, weekdays, years = fields
    if (days == "?") == (weekdays == "?"):
        raise InvalidExpression(
            f"cron({' '.join(fields)}): exactly one of day-of-month and day-of-week must be ?"
        )
    return Cron(
        minutes=_values("minutes", minutes, range(60)),
        hours=_values("hours", hours, range(24)),
        days=None if days == "?" else _values("day-of-month", days, range(1, 32)),
        months=_values("month", months, range(1, 13), _numbered(_MONTHS)),
        weekdays=(
            None
            if weekdays == "?"
            else _values("day-of-week", weekdays, range(1, 8), _numbered(_DAYS))
        ),
        years=_values("year", years, range(1970, 2200)),
    )


def _numbered(names: Sequence[str]) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(names, start=1)}


def _values(
    field: str, text: str, allowed: range, names: Mapping[str, int] | None = None
) -> frozenset[int]:
    found: set[int] = set()
    for part in text.upper().split(","):
        match = re.fullmatch(r"(\*|\w+(?:-\w+)?)(?:/(\d+))?", part)
        if match is None:
            raise InvalidExpression(f"{field} {part!r} is not understood here")
        first, last = _bounds(field, match[1], allowed, names or {})
        if match[2] and "-" not in match[1]:
            last = allowed[-1]
        found.update(range(first, last + 1, int(match[2] or 1) or 1))
    if not found <= set(allowed):
        raise InvalidExpression(f"{field} {text!r} is outside {allowed[0]}..{allowed[-1]}")
    return frozenset(found)


def _bounds(field: str, text: str, allowed: range, names: Mapping[str, int]) -> tuple[int, int]:
    if text == "*":
        return allowed[0], allowed[-1]
    first, _, last = text.partition("-")
    try:
        low = names.get(first) or int(first)
        return low, (names.get(last) or int(last)) if last else low
    except ValueError as error:
        raise InvalidExpression(f"{field} {text!r} is not understood here") from error
