"""Formats for refused dates: those that the values prove, and those that they leave open."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from etl.advice.values.date_shapes import ORDERS, Shape, shape_of
from etl.rules.dates import YEARS
from etl.source.counted_dates import WORDS
from etl.source.date_formats import fault_of, read_declared
from etl.source.months import LANGUAGES, month_numbers

SPREADSHEET_DAYS: Final = "spreadsheet_days"
# Nothing tells it from the other, which is the usual one.
SPREADSHEET_DAYS_1904: Final = "spreadsheet_days_1904"
# So many digits may be day and time as well.
_LONG: Final = ("unix_microseconds", "unix_nanoseconds")
_MONTHS: Final = 12
_MOST_FORMATS: Final = 12
# A day number or a second's count of these years; 12345 is more likely an id.
_RECENT: Final = range(1990, 2050)
# 67 is not 2067: who writes it means 1967, or 2567 of the Buddhist calendar.
_LATEST_SHORT: Final = 2049
# Sales of one file are of fewer.
_WIDE_YEARS: Final = 12

Order = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """Texts that several orders of day and month read; `formats` are those of each order."""

    formats: Mapping[Order, tuple[str, ...]]
    example: str
    is_mixed: bool


@dataclass(slots=True)
class FoundFormats:
    """`proved` by rows, `still_open` to be decided by a person.

    `named` are formats that read nothing until one of several `languages` is chosen; `texts` are
    what each format is proved by, in the order of the file.
    """

    proved: Counter[str] = field(default_factory=Counter)
    texts: dict[str, list[str]] = field(default_factory=dict)
    still_open: list[OpenOrder] = field(default_factory=list)
    languages: tuple[tuple[str, ...], ...] = ()
    named: tuple[str, ...] = ()

    def prove(self, form: str, texts: Mapping[str, int]) -> None:
        """The format reads these texts, which have so many rows."""
        if texts:
            self.proved[form] += sum(texts.values())
            self.texts.setdefault(form, []).extend(texts)


def find_formats(texts: Mapping[str, int], languages: tuple[str, ...] = ()) -> FoundFormats:
    """Formats for these texts, which are distinct and no date so far."""
    found = FoundFormats()
    families: dict[tuple[str, str], list[tuple[str, Shape]]] = defaultdict(list)
    named: Counter[str] = Counter()
    for text, count in texts.items():
        word = counted_word(text)
        shape = None if word else shape_of(text)
        if word:
            found.prove(word, {text: count})
        elif shape and shape.family:
            families[shape.family].append((text, shape))
        elif shape:
            named[shape.template] += count
    for members in families.values():
        _decide(members, texts, found)
    _add_named(named, texts, languages, found)
    allowed = (one for one in found.proved.most_common() if fault_of(one[0]) is None)
    found.proved = Counter(dict(islice(allowed, _MOST_FORMATS)))
    return found


def counted_word(text: str) -> str | None:
    """A word for texts that count seconds or days.

    >>> counted_word("1704412800000000"), counted_word("2024010510300012")
    ('unix_microseconds', None)
    """
    for word, read in WORDS.items():
        moment = read(text) if word != SPREADSHEET_DAYS_1904 else None
        if moment is not None and moment.year in _RECENT:
            return None if word in _LONG and _is_written_out(text) else word
    return None


def _is_written_out(text: str) -> bool:
    """Whether the digits begin with a day, as those of 20240105103000 do."""
    shape = shape_of(text[:8])
    return shape is not None and _date(shape, ("Y", "m", "d")) is not None


def swapped_days(texts: Iterable[str], formats: Iterable[str]) -> list[str]:
    """Return day numbers of which a spreadsheet has swapped day and month; empty where none has.

    One that reads month/day turns 03/01/2024 into the number of 1 March and leaves 21/01/2024 as it
    is: all numbers are of days that a month can be, and all other dates of days that none can.
    """
    serials: list[str] = []
    read_days: set[int] = set()
    days = WORDS[SPREADSHEET_DAYS]
    dated = [form for form in formats if {"%d", "%m"} <= set(re.findall("%.", form))]
    for text in texts:
        number = days(text) if counted_word(text) == SPREADSHEET_DAYS else None
        if number is not None:
            if number.day > _MONTHS:
                return []
            serials.append(text)
            continue
        moments = (read_declared(form, text, {}) for form in dated)
        read_days |= {moment.day for moment in moments if moment}
    is_swapped = min(len(serials), len(read_days)) > 1 and min(read_days) > _MONTHS
    return serials if is_swapped else []


def _decide(
    members: list[tuple[str, Shape]], texts: Mapping[str, int], found: FoundFormats
) -> None:
    """One order of day, month and year for texts of one family, or several if all would do."""
    place = members[0][1].family[0]  # type: ignore[index] # members of a family have one
    reads: dict[Order, list[date | None]] = {
        order: [_date(shape, order) for _, shape in members] for order in ORDERS[place]
    }
    rows = [texts[text] for text, _ in members]
    best = _best({order: dates for order, dates in reads.items() if any(dates)}, rows)
    if len(best) == 1:
        ((order, days),) = best.items()
        for (text, shape), day in zip(members, days, strict=True):
            if day:
                found.prove(shape.format_of(order), {text: texts[text]})
    elif best:
        formats = {order: _formats(members, order, days) for order, days in best.items()}
        is_mixed = len({frozenset(_places(days)) for days in best.values()}) > 1
        found.still_open.append(OpenOrder(formats, _example(members, best), is_mixed))


def _best(
    reads: Mapping[Order, list[date | None]], rows: list[int]
) -> dict[Order, list[date | None]]:
    """Without the orders that read a part only of what another reads; most rows come first.

    How close the years are decides nothing, it only tells what stands first of two that read the
    same: sales of one file are of few years, and a wider span is of days taken for years.
    """
    places = {order: _places(days) for order, days in reads.items()}

    def rank(order: Order) -> tuple[int, bool]:
        return -sum(rows[i] for i in places[order]), _span(reads[order]) > _WIDE_YEARS

    best = [order for order in reads if not any(places[order] < more for more in places.values())]
    return {order: reads[order] for order in sorted(best, key=rank)}


def _places(days: list[date | None]) -> set[int]:
    return {i for i, day in enumerate(days) if day}


def _formats(
    members: list[tuple[str, Shape]], order: Order, days: list[date | None]
) -> tuple[str, ...]:
    """Those of the order that read a text: not every time of day is one, as 24:00:00."""
    found: dict[str, None] = {}
    for (text, shape), day in zip(members, days, strict=True):
        form = shape.format_of(order)
        if day and form not in found and read_declared(form, text, {}):
            found[form] = None
    return tuple(found)


def _example(members: list[tuple[str, Shape]], reads: Mapping[Order, list[date | None]]) -> str:
    """A text that the orders read as different days."""
    for i, (text, _) in enumerate(members):
        days = {dates[i] for dates in reads.values()}
        if len(days) > 1 and None not in days:
            return text
    return members[0][0]


def _span(dates: list[date | None]) -> int:
    years = [day.year for day in dates if day]
    return max(years) - min(years)


def _date(shape: Shape, order: Order) -> date | None:
    assert shape.numbers is not None
    numbers = dict(zip(order, map(int, shape.numbers), strict=True))
    year = numbers.get("Y", -1)
    if year < 0:
        # As strptime reads two digits: 69 to 99 are of the last century.
        year = numbers["y"] + (1900 if numbers["y"] >= 69 else 2000)
        if year > _LATEST_SHORT:
            return None
    try:
        return date(year, numbers["m"], numbers["d"]) if year in YEARS else None
    except ValueError:
        return None


def _add_named(
    forms: Counter[str], texts: Mapping[str, int], languages: tuple[str, ...], found: FoundFormats
) -> None:
    """Formats that name the month; where the name is unclear, the languages that read all."""
    months = month_numbers(languages)
    for form, _ in forms.most_common():
        mine = [text for text in texts if (shape := shape_of(text)) and shape.template == form]
        read = [text for text in mine if read_declared(form, text, months)]
        unread = [text for text in mine if text not in set(read)]
        if read:
            found.prove(form, {text: texts[text] for text in read})
        if unread and not languages and "%b" in form:
            found.languages += _languages_that_read(form, unread)
            if len(found.languages) == 1:
                found.prove(form, {text: texts[text] for text in unread})
            elif not read:
                found.named += (form,)


def _languages_that_read(form: str, texts: list[str]) -> tuple[tuple[str, ...], ...]:
    meanings: dict[tuple[object, ...], str] = {}
    for language in LANGUAGES:
        months = month_numbers((language,))
        days = tuple(read_declared(form, text, months) for text in texts)
        if all(days):
            meanings.setdefault(days, language)
    return tuple((language,) for language in meanings.values())
