"""Schedule expressions as EventBridge reads them, held against a search that tries every minute."""

import calendar
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samulator.events.schedule.expression import InvalidExpression, parse


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("rate(1 minute)", "2026-01-01T00:00:05", "2026-01-01T00:01:05"),
        ("rate(5 minutes)", "2026-01-01T00:00:00", "2026-01-01T00:05:00"),
        ("rate(2 days)", "2026-01-01T00:00:00", "2026-01-03T00:00:00"),
        ("at(2026-02-03T04:05:06)", "2026-01-01T00:00:00", "2026-02-03T04:05:06"),
        ("cron(0 12 * * ? *)", "2026-01-01T12:00:00", "2026-01-02T12:00:00"),
        ("cron(15/20 8-9 ? * MON-FRI *)", "2026-01-02T09:55:00", "2026-01-05T08:15:00"),
        ("cron(0 0 29 2 ? *)", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("cron(30 6 ? * 1 2027)", "2026-01-01T00:00:00", "2027-01-03T06:30:00"),
        ("cron(0/5 0 1,15 JAN,JUL ? *)", "2026-01-01T00:57:00", "2026-01-15T00:00:00"),
        # Examples and wildcards of the EventBridge User Guide.
        ("cron(0 9 L * ? *)", "2026-11-26T12:00:00", "2026-11-30T09:00:00"),
        ("cron(0 9 LW * ? *)", "2026-05-01T12:00:00", "2026-05-29T09:00:00"),
        ("cron(0 9 3W * ? *)", "2026-10-01T12:00:00", "2026-10-02T09:00:00"),
        ("cron(0 9 1W * ? *)", "2026-08-01T00:00:00", "2026-08-03T09:00:00"),
        ("cron(0 9 31W * ? *)", "2026-05-01T00:00:00", "2026-05-29T09:00:00"),
        ("cron(0 9 31W * ? *)", "2026-06-01T00:00:00", "2026-07-31T09:00:00"),
        ("cron(0 9 L-2 * ? *)", "2026-02-01T00:00:00", "2026-02-26T09:00:00"),
        ("cron(0 9 15,L * ? *)", "2026-02-16T00:00:00", "2026-02-28T09:00:00"),
        ("cron(0 9 ? * 2#1 *)", "2026-11-26T12:00:00", "2026-12-07T09:00:00"),
        ("cron(0 9 ? * mon#5 *)", "2026-12-01T00:00:00", "2027-03-29T09:00:00"),
        ("cron(0 9 ? * 6L *)", "2026-11-26T12:00:00", "2026-11-27T09:00:00"),
        ("cron(0 9 ? * FriL *)", "2026-11-27T12:00:00", "2026-12-25T09:00:00"),
        ("cron(0 9 ? * L *)", "2026-11-26T12:00:00", "2026-11-28T09:00:00"),
        ("cron(0 9 ? * FRI-MON *)", "2026-11-23T12:00:00", "2026-11-27T09:00:00"),
        ("cron(0 22-2 * * ? *)", "2026-11-26T02:00:00", "2026-11-26T22:00:00"),
        ("cron(0 22-2/2 * * ? *)", "2026-11-26T22:00:00", "2026-11-27T00:00:00"),
        ("cron(0 0 1 NOV-FEB ? *)", "2026-02-01T00:00:00", "2026-11-01T00:00:00"),
        ("cron(0 0 ? FEB SUN#5 *)", "2026-01-01T00:00:00", "2032-02-29T00:00:00"),
        ("cron(0 0 29 2 ? 2096-2199)", "2026-01-01T00:00:00", "2096-02-29T00:00:00"),
        ("cron(59 23 31 12 ? 2199)", "2026-01-01T00:00:00", "2199-12-31T23:59:00"),
    ],
)
def test_the_next_time_is_the_one_aws_would_take(
    expression: str, after: str, expected: str
) -> None:
    assert parse(expression).next_after(at(after)) == at(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "at(2020-01-01T00:00:00)",
        "cron(0 0 1 1 ? 2020)",
        "cron(0 0 30 2 ? *)",
        "cron(0 0 31W 4 ? *)",
        "cron(0 0 L-30 2 ? *)",
    ],
)
def test_a_schedule_that_is_over_or_on_no_day_has_no_next_time(expression: str) -> None:
    assert parse(expression).next_after(at("2026-01-01")) is None


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("every minute", "none of rate"),
        ("", "none of rate"),
        ("cron()", "none of rate"),
        ("cron(0 9 ? * FRı *)", "none of rate"),
        ("rate(1 minutes)", "a unit such as"),
        ("rate(5 minute)", "a unit such as"),
        ("rate(0 minutes)", "a unit such as"),
        ("rate(5 seconds)", "a unit such as"),
        ("rate(9999999999 days)", "more than 36500 days"),
        ("cron(0 12 * * *)", "5 fields, not 6"),
        ("cron(0 12 * * * *)", "exactly one of"),
        ("cron(0 12 ? * ? *)", "exactly one of"),
        ("cron(61 12 * * ? *)", "minutes '61' is outside 0..59"),
        ("cron(0 24 * * ? *)", "hours '24' is outside 0..23"),
        ("cron(0 12 0 * ? *)", "day-of-month '0' is outside 1..31"),
        ("cron(0 12 ? * 0 *)", "day-of-week '0' is outside 1..7"),
        ("cron(0 12 * 13 ? *)", "month '13' is outside 1..12"),
        ("cron(0 12 * * ? 1969)", "year '1969' is outside 1970..2199"),
        ("cron(0 12 * * ? 2200)", "year '2200' is outside 1970..2199"),
        ("cron(0 12 * * ? 2030-2028)", "year '2030-2028' ends before it begins"),
        ("cron(*/0 * * * ? *)", "minutes '\\*/0' has a step of zero"),
        ("cron(? 12 * * ? *)", "minutes '\\?' is not understood"),
        ("cron(0 12 W * ? *)", "day-of-month 'W' is not understood"),
        ("cron(0 12 32W * ? *)", "day-of-month '32W' is outside 1..31"),
        ("cron(0 12 1-3W * ? *)", "day-of-month '1-3W' is not understood"),
        ("cron(0 12 L-31 * ? *)", "day-of-month 'L-31' is outside L-1..L-30"),
        ("cron(0 12 3#1 * ? *)", "day-of-month '3#1' is not understood"),
        ("cron(0 12 ? * LW *)", "day-of-week 'LW' is not understood"),
        ("cron(0 12 ? * 3#1,6#3 *)", "# takes no other day beside it"),
        ("cron(0 12 ? * 3#6 *)", "day-of-week '3#6' is outside #1..#5"),
        ("cron(0 12 ? * MONDAY *)", "day-of-week 'MONDAY' is not understood"),
        ("cron(0 12 ? * 5,?,6 *)", "day-of-week '\\?' is not understood"),
        ("cron(0 12 1,,2 * ? *)", "day-of-month '' is not understood"),
        ("cron(0 L * * ? *)", "hours 'L' is not understood"),
        ("at(tomorrow)", "yyyy-mm-dd"),
        ("at(2026-1-2T3:4:5)", "yyyy-mm-dd"),
        ("at(2026-02-30T00:00:00)", "yyyy-mm-dd"),
    ],
)
def test_a_wrong_expression_names_the_part(expression: str, reason: str) -> None:
    with pytest.raises(InvalidExpression, match=reason):
        parse(expression)


# From here on, the grammar once more, as a question asked of one moment.

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_NAMES = {"month": _MONTHS, "week": ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]}
_BOUNDS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "week": (1, 7)}


def fits_part(kind: str, part: str, value: int) -> bool:
    """Whether a plain part, * or a or a-b with an optional step, holds the value."""
    lowest, highest = _BOUNDS[kind]
    span, _, step = part.partition("/")
    ends = [number(kind, word) for word in span.split("-")] if span != "*" else [lowest, highest]
    if len(ends) == 1:
        ends.append(highest if step else ends[0])
    size = highest - lowest + 1
    distance = (value - ends[0]) % size
    return distance <= (ends[1] - ends[0]) % size and distance % int(step or 1) == 0


def number(kind: str, word: str) -> int:
    names = _NAMES.get(kind, [])
    return names.index(word.upper()) + 1 if word.upper() in names else int(word)


def days_of(day: date) -> list[date]:
    length = calendar.monthrange(day.year, day.month)[1]
    return [day.replace(day=number) for number in range(1, length + 1)]


def is_working(day: date) -> bool:
    return day.weekday() < 5


def fits_day_of_month(part: str, day: date) -> bool:
    month = days_of(day)
    if part == "LW":
        return day == max(filter(is_working, month))
    if part.startswith("L"):
        return len(month) - day.day == int(part[2:] or 0)
    if part.endswith("W"):
        wanted = int(part[:-1])
        nearest = min(filter(is_working, month), key=lambda other: abs(other.day - wanted))
        return wanted <= len(month) and day == nearest
    return fits_part("day", part, day.day)


def fits_day_of_week(part: str, day: date) -> bool:
    weekday = day.isoweekday() % 7 + 1
    if part == "L":
        return weekday == 7
    same = [other for other in days_of(day) if other.weekday() == day.weekday()]
    if part.endswith("L"):
        return weekday == number("week", part[:-1]) and day == same[-1]
    if "#" in part:
        wanted, count = part.split("#")
        return weekday == number("week", wanted) and same.index(day) + 1 == int(count)
    return fits_part("week", part, weekday)


def fits_date(fields: list[str], day: date) -> bool:
    _, _, days, months, weekdays, _ = fields
    if not any(fits_part("month", part, day.month) for part in months.split(",")):
        return False
    if days == "?":
        return any(fits_day_of_week(part, day) for part in weekdays.split(","))
    return any(fits_day_of_month(part, day) for part in days.split(","))


def fits_time(fields: list[str], moment: datetime) -> bool:
    minutes, hours, *_ = fields
    return any(fits_part("minute", part, moment.minute) for part in minutes.split(",")) and any(
        fits_part("hour", part, moment.hour) for part in hours.split(",")
    )


def search(fields: list[str], after: datetime, days: int) -> datetime | None:
    """Tries every day and, of those that fit, every minute."""
    for count in range(days):
        day = after.date() + timedelta(days=count)
        if fits_date(fields, day):
            for minute in range(24 * 60):
                moment = datetime(day.year, day.month, day.day, *divmod(minute, 60), tzinfo=UTC)
                if moment > after and fits_time(fields, moment):
                    return moment
    return None


def plain_parts(kind: str) -> st.SearchStrategy[str]:
    lowest, highest = _BOUNDS[kind]
    words = st.integers(lowest, highest).map(str)
    if kind in _NAMES:
        words |= st.sampled_from(_NAMES[kind]).flatmap(
            lambda name: st.sampled_from([name, name.lower(), name.capitalize()])
        )
    spans = st.just("*") | words | st.builds("{}-{}".format, words, words)
    return spans | st.builds("{}/{}".format, spans, st.integers(1, highest))


def lists_of(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=1, max_size=3).map(",".join)


_DAYS_OF_MONTH = lists_of(
    plain_parts("day")
    | st.sampled_from(["L", "LW"])
    | st.integers(1, 30).map("L-{}".format)
    | st.integers(1, 31).map("{}W".format)
)
_WEEKDAY = st.integers(1, 7).map(str) | st.sampled_from(_NAMES["week"])
_DAYS_OF_WEEK = lists_of(
    plain_parts("week") | st.just("L") | _WEEKDAY.map("{}L".format)
) | st.builds("{}#{}".format, _WEEKDAY, st.integers(1, 5))
_DAY_FIELDS = st.tuples(_DAYS_OF_MONTH, st.just("?")) | st.tuples(st.just("?"), _DAYS_OF_WEEK)
_WINDOW_DAYS = 800


@given(
    minutes=lists_of(plain_parts("minute")),
    hours=lists_of(plain_parts("hour")),
    months=lists_of(plain_parts("month")),
    day_fields=_DAY_FIELDS,
    after=st.datetimes(datetime(1999, 1, 1), datetime(2101, 1, 1), timezones=st.just(UTC)),
)
@settings(max_examples=150, deadline=None)
def test_every_expression_of_the_grammar_is_due_when_a_search_by_minutes_says_so(
    minutes: str, hours: str, months: str, day_fields: tuple[str, str], after: datetime
) -> None:
    fields = [minutes, hours, day_fields[0], months, day_fields[1], "*"]
    due = parse(f"cron({' '.join(fields)})").next_after(after)
    found = search(fields, after, _WINDOW_DAYS)
    if found is None:
        assert due is None or due.date() >= after.date() + timedelta(days=_WINDOW_DAYS)
    else:
        assert due == found


@given(st.text("0123456789LW#?*/-,.x MONFRI()\n", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_schedule_with_a_time_to_come_or_is_refused(text: str) -> None:
    for expression in (text, f"cron({text})", f"rate({text})", f"at({text})"):
        with suppress(InvalidExpression):
            due = parse(expression).next_after(at("2026-01-01"))
            assert due is None or due > at("2026-01-01")
