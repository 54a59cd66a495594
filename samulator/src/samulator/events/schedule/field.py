"""One field of EventBridge's cron(): values, ranges, steps, and the days that L, W and # name.

Grammar: Amazon EventBridge User Guide, "Cron expressions reference".
"""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_SATURDAY, _SUNDAY = 7, 1

# The days of a month, by its year and its number, that one part of a field names.
Days = Callable[[int, int], set[int]]


class InvalidExpression(Exception):
    """The expression is not one that EventBridge takes; the message says which part."""


@dataclass(frozen=True)
class Field:
    """What a field is called, the numbers it takes, and the names that stand for some of them."""

    name: str
    allowed: range
    names: Mapping[str, int] = field(default_factory=dict)
    wraps: bool = True

    def values(self, text: str) -> frozenset[int]:
        """Raises InvalidExpression."""
        return frozenset().union(*(self.part(part) for part in text.split(",")))

    def part(self, text: str) -> frozenset[int]:
        """The values of one part between commas; raises InvalidExpression."""
        match = re.fullmatch(r"(\*|(\w+)(?:-(\w+))?)(?:/([0-9]{1,9}))?", text)
        if match is None:
            raise self.refusal(text)
        _, first, last, step = match.groups()
        if step is not None and int(step) == 0:
            raise InvalidExpression(f"{self.name} {text!r} has a step of zero")
        low = self.number(first, text) if first else self.allowed[0]
        open_end = self.allowed[-1] if step or not first else low
        high = self.number(last, text) if last else open_end
        return frozenset(self._range(low, high, text)[:: int(step or 1)])

    def number(self, word: str, text: str) -> int:
        """The value that a word of the part `text` says; raises InvalidExpression."""
        if word in self.names:
            return self.names[word]
        if not re.fullmatch("[0-9]{1,4}", word):
            raise self.refusal(text)
        if int(word) not in self.allowed:
            raise InvalidExpression(
                f"{self.name} {text!r} is outside {self.allowed[0]}..{self.allowed[-1]}"
            )
        return int(word)

    def refusal(self, text: str) -> InvalidExpression:
        return InvalidExpression(f"{self.name} {text!r} is not understood")

    def _range(self, low: int, high: int, text: str) -> list[int]:
        """From low to high; where high is less, to the end and on from the start."""
        if low <= high:
            return [*range(low, high + 1)]
        if not self.wraps:
            raise InvalidExpression(f"{self.name} {text!r} ends before it begins")
        return [*range(low, self.allowed.stop), *range(self.allowed.start, high + 1)]


class DayOfMonth(Field):
    """1 to 31, L, L-3 (days before the last), LW, and 15W (the weekday nearest to the 15th)."""

    def days(self, text: str) -> Days:
        """Raises InvalidExpression."""
        return _any_of([self._days(part) for part in text.split(",")])

    def _days(self, text: str) -> Days:
        if text == "LW":
            return lambda year, month: {_nearest_weekday(year, month, _length(year, month))}
        if match := re.fullmatch("L(?:-([0-9]{1,2}))?", text):
            before = int(match[1] or 0)
            if match[1] and before not in range(1, 31):
                raise InvalidExpression(f"{self.name} {text!r} is outside L-1..L-30")
            return lambda year, month: {_length(year, month) - before}
        if match := re.fullmatch("([0-9]{1,2})W", text):
            day = self.number(match[1], text)
            # A month without that day is left out, as EventBridge does.
            return lambda year, month: (
                {_nearest_weekday(year, month, day)} if day <= _length(year, month) else set()
            )
        values = self.part(text)
        return lambda _year, _month: {*values}


class DayOfWeek(Field):
    """1 (Sunday) to 7, L (Saturday), 6L (the last Friday), 2#1 (the first Monday)."""

    def days(self, text: str) -> Days:
        """Raises InvalidExpression."""
        if "#" in text and "," in text:
            raise InvalidExpression(f"{self.name} {text!r}: # takes no other day beside it")
        return _any_of([self._days(part) for part in text.split(",")])

    def _days(self, text: str) -> Days:
        if match := re.fullmatch(r"(\w+)L", text):
            last = self.number(match[1], text)
            return lambda year, month: {_weekdays(year, month, last)[-1]}
        if match := re.fullmatch(r"(\w+)#([0-9])", text):
            weekday, count = self.number(match[1], text), int(match[2])
            if count not in range(1, 6):
                raise InvalidExpression(f"{self.name} {text!r} is outside #1..#5")
            return lambda year, month: {*_weekdays(year, month, weekday)[count - 1 : count]}
        values = frozenset({_SATURDAY}) if text == "L" else self.part(text)
        return lambda year, month: {
            day for weekday in values for day in _weekdays(year, month, weekday)
        }


def _any_of(parts: list[Days]) -> Days:
    """What any of the parts names and the month has."""
    return lambda year, month: {
        day for part in parts for day in part(year, month) if 1 <= day <= _length(year, month)
    }


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _weekday(year: int, month: int, day: int) -> int:
    return (calendar.weekday(year, month, day) + 1) % 7 + 1


def _weekdays(year: int, month: int, weekday: int) -> range:
    """The days of the month that are this day of the week."""
    first = 1 + (weekday - _weekday(year, month, 1)) % 7
    return range(first, _length(year, month) + 1, 7)


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """Monday to Friday, in the same month."""
    weekday = _weekday(year, month, day)
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == _SUNDAY:
        return day + 1 if day < _length(year, month) else day - 2
    return day
