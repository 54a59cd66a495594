"""Formats for refused dates: those that the values prove, and those that they leave open."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from etl.advice.date_shapes import ORDERS, Shape, shape_of
from etl.rules.dates import YEARS
from etl.source.date_formats import WORDS, fault_of, read_declared
from etl.source.months import LANGUAGES, month_numbers

_MOST_FORMATS: Final = 12
# A day number or a second's count of these years; 12345 is more likely an id.
_RECENT: Final = range(1990, 2050)
# Sales of one file are of few years: what spans more is a day that was taken for a year.
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

    `named` are formats that read nothing until one of several `languages` is chosen.
    """

    proved: Counter[str] = field(default_factory=Counter)
    still_open: list[OpenOrder] = field(default_factory=list)
    languages: tuple[tuple[str, ...], ...] = ()
    named: tuple[str, ...] = ()


def find_formats(texts: Mapping[str, int], languages: tuple[str, ...] = ()) -> FoundFormats:
    """Formats for these texts, which are distinct and no date so far."""
    found = FoundFormats()
    families: dict[tuple[str, str], list[tuple[str, Shape]]] = defaultdict(list)
    named: Counter[str] = Counter()
    for text, count in texts.items():
        word = _counted_word(text)
        shape = None if word else shape_of(text)
        if word:
            found.proved[word] += count
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


def _counted_word(text: str) -> str | None:
    """A word for texts that count seconds or days."""
    for word in ("unix_seconds", "unix_milliseconds", "spreadsheet_days"):
        read = WORDS[word](text)
        if read is not None and read.year in _RECENT:
            return word
    return None


def _decide(
    members: list[tuple[str, Shape]], texts: Mapping[str, int], found: FoundFormats
) -> None:
    """One order of day, month and year for texts of one family, or several if all would do."""
    place = members[0][1].family[0]  # type: ignore[index] # members of a family have one
    reads: dict[Order, list[date | None]] = {
        order: [_date(shape, order) for _, shape in members] for order in ORDERS[place]
    }
    reads = _likely({order: dates for order, dates in reads.items() if any(dates)})
    if not reads:
        return
    alone = {order: _read_alone(order, reads) for order in reads}
    proved = [order for order in reads if alone[order]]
    if len(proved) == 1 or len(reads) == 1:
        order = (proved or list(reads))[0]
        for (text, shape), day in zip(members, reads[order], strict=True):
            if day:
                found.proved[shape.format_of(order)] += texts[text]
        return
    formats = {order: _formats(members, reads[order]) for order in reads}
    named = {order: tuple(shape.format_of(order) for shape in formats[order]) for order in reads}
    found.still_open.append(OpenOrder(_unique(named), _example(members, reads), len(proved) > 1))


def _unique(formats: Mapping[Order, tuple[str, ...]]) -> dict[Order, tuple[str, ...]]:
    return {order: tuple(dict.fromkeys(names)) for order, names in formats.items()}


def _formats(members: list[tuple[str, Shape]], days: list[date | None]) -> list[Shape]:
    return [shape for (_, shape), day in zip(members, days, strict=True) if day]


def _example(members: list[tuple[str, Shape]], reads: Mapping[Order, list[date | None]]) -> str:
    """A text that the orders read as different days."""
    for i, (text, _) in enumerate(members):
        days = {dates[i] for dates in reads.values()}
        if len(days) > 1 and None not in days:
            return text
    return members[0][0]


def _read_alone(order: Order, reads: Mapping[Order, list[date | None]]) -> bool:
    """Whether some text is a date in this order only."""
    others = [dates for other, dates in reads.items() if other != order]
    return any(
        day is not None and not any(dates[i] for dates in others)
        for i, day in enumerate(reads[order])
    )


def _likely(reads: dict[Order, list[date | None]]) -> dict[Order, list[date | None]]:
    """Without orders that take a day for a year, where another order has few years."""
    spans = {order: _span(dates) for order, dates in reads.items()}
    narrow = [order for order in reads if spans[order] <= _WIDE_YEARS // 2]
    if not narrow:
        return reads
    return {order: dates for order, dates in reads.items() if spans[order] <= _WIDE_YEARS}


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
            found.proved[form] += sum(texts[text] for text in read)
        if unread and not languages and "%b" in form:
            found.languages += _languages_that_read(form, unread)
            if len(found.languages) == 1:
                found.proved[form] += sum(texts[text] for text in unread)
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
