"""EventBridge's cron(): six fields, and the next minute that fits them all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from samulator.events.schedule.field import DayOfMonth, DayOfWeek, Days, Field, InvalidExpression

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MINUTE = Field("minutes", range(60))
_HOUR = Field("hours", range(24))
_DAY_OF_MONTH = DayOfMonth("day-of-month", range(1, 32))
_MONTH = Field("month", range(1, 13), {name: n for n, name in enumerate(_MONTHS, 1)})
_DAY_OF_WEEK = DayOfWeek("day-of-week", range(1, 8), {n: i for i, n in enumerate(_WEEKDAYS, 1)})
_YEAR = Field("year", range(1970, 2200), wraps=False)


@dataclass(frozen=True)
class Cron:
    """The fitting times of a day, days of a month, months and years, each in order."""

    times: tuple[time, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    def next_after(self, moment: datetime) -> datetime | None:
        """The first fitting minute after the moment, None if no year has another."""
        first = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        for day in self._days_from(first.date()):
            for clock in self.times:
                candidate = datetime.combine(day, clock, first.tzinfo)
                if candidate >= first:
                    return candidate
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in self.years:
            for month in self.months:
                if (year, month) >= (first.year, first.month):
                    for day in sorted(self.days(year, month)):
                        if date(year, month, day) >= first:
                            yield date(year, month, day)


def parse_cron(fields: Sequence[str]) -> Cron:
    """Raises InvalidExpression."""
    shown = f"cron({' '.join(fields)})"
    if len(fields) != 6:
        raise InvalidExpression(f"{shown} has {len(fields)} fields, not 6")
    minutes, hours, day_of_month, months, day_of_week, years = map(str.upper, fields)
    if (day_of_month == "?") == (day_of_week == "?"):
        raise InvalidExpression(f"{shown}: exactly one of day-of-month and day-of-week must be ?")
    by_month = day_of_week == "?"
    return Cron(
        times=tuple(
            time(hour, minute)
            for hour in sorted(_HOUR.values(hours))
            for minute in sorted(_MINUTE.values(minutes))
        ),
        days=_DAY_OF_MONTH.days(day_of_month) if by_month else _DAY_OF_WEEK.days(day_of_week),
        months=tuple(sorted(_MONTH.values(months))),
        years=tuple(sorted(_YEAR.values(years))),
    )
