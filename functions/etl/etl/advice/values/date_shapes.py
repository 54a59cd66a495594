"""The formats that a text may be a date of, by its shape; it does not tell which is meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from etl.source.day_halves import BEFORE, BEHIND

_TIME = re.compile(
    rf"(?P<lead>T|:|,?\s+)(?P<before>(?:{BEFORE})\s?)?(?P<hour>\d{{1,2}})(?P<colon>[:.hH])\d{{2}}"
    r"(?P<second>(?P=colon)\d{2}(?:(?P<point>[.,])\d{1,9})?)?"
    rf"(?P<half>\s?(?i:{BEHIND}))?(?P<zone>\s?(?:Z|UTC|GMT|Uhr|[+-]\d\d:?\d\d))?$"
)
_WEEKDAY = re.compile(
    r"(?P<day>Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?P<rest>[a-z]*day)?(?P<behind>,?\s+)", re.ASCII
)
_NUMBERS = re.compile(r"(\d{1,4})(\. ?|[/\- ])(\d{1,2})\2(\d{1,4})(\.?)", re.ASCII)
_COMPACT = re.compile(r"(\d{6}|\d{8})", re.ASCII)
_EAST_ASIAN = re.compile(r"(\d{4})([年년])( ?)\d{1,2}([月월])( ?)\d{1,2}([日일])")
_DAY_NAME_YEAR = re.compile(
    r"\d{1,2}(?P<a>\.? ?|[/-]| de | of )(?P<name>[^\W\d_]+)\.?(?P<b> |[/-]|, | de | del )"
    r"(?P<year>\d{4}|\d{2})(?P<tail> ?г\.?)?"
)
_NAME_DAY_YEAR = re.compile(
    r"(?P<name>[^\W\d_]+)\.?(?P<a> |[/-])\d{1,2}(?P<b>,? |[/-])(?P<year>\d{4}|\d{2})"
)
# As unix programs, Java and JavaScript write a moment: Oct 26 09:19:00 UTC 2024.
_YEAR_BEHIND = re.compile(
    r"[^\W\d_]{3} (?P<pad> ?)\d{1,2} \d\d:\d\d:\d\d(?P<zone> (?:UTC|GMT|[+-]\d{4}))? \d{4}"
)
_COMPACT_TIME = re.compile(
    r"(?P<date>\d{8})T\d{4}(?P<second>\d\d)?(?P<zone>Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_ABBREVIATION = re.compile(r"(?<=[\dMm]) [A-Z]{3,4}$")
# The places of day, month and year, by where the year's four digits stand.
ORDERS: Final = {
    "first": (("Y", "m", "d"), ("Y", "d", "m")),
    "last": (("d", "m", "Y"), ("m", "d", "Y")),
    "short": (("d", "m", "y"), ("m", "d", "y"), ("y", "m", "d")),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """`{0}`, `{1}` and `{2}` in the template are the numbers of the date, in the text's order.

    `family` is what texts have in common of which one order of day and month is meant: the year's
    place and the sign between the numbers. It is None where the template is a format already.
    """

    template: str
    family: tuple[str, str] | None = None
    numbers: tuple[str, str, str] | None = None

    def format_of(self, order: tuple[str, ...]) -> str:
        return self.template.format(*(f"%{letter}" for letter in order))


def shape_of(text: str) -> Shape | None:
    """None for what is no date of any known shape."""
    weekday, text = _weekday(text)
    if match := _YEAR_BEHIND.fullmatch(text):
        return Shape(f"{weekday}%b {match['pad']}%d %H:%M:%S{_zone(match['zone'] or '')} %Y")
    if match := _COMPACT_TIME.fullmatch(text):
        compact = _compact(match["date"])
        time = f"T%H%M{'%S' if match['second'] else ''}{_zone(match['zone'] or '')}"
        return replace(compact, template=f"{compact.template}{time}")
    for date, time in _with_time(text):
        found = _numeric(date) or _named(date)
        if found is not None:
            template = f"{weekday}{found.template}{time}"
            return Shape(template, found.family, found.numbers)
    return None


def without_abbreviation(text: str) -> str:
    """The text without a zone's abbreviation at its end, by which nobody can read it.

    >>> without_abbreviation("Jan 5, 2024 3:04:05 PM PST")
    'Jan 5, 2024 3:04:05 PM'
    """
    return _ABBREVIATION.sub("", text)


def _weekday(text: str) -> tuple[str, str]:
    match = _WEEKDAY.match(text)
    if match is None:
        return "", text
    return ("%A" if match["rest"] else "%a") + match["behind"], text[match.end() :]


def _with_time(text: str) -> Iterator[tuple[str, str]]:
    """The text's date and the format of its time, with and without taking one off."""
    match = _TIME.search(text)
    if match is not None:
        colon = match["colon"]
        hour = "%I" if match["half"] or match["before"] else "%H"
        before = match["before"] or ""
        half = "%p " if before[-1:].isspace() else "%p" if before else ""
        form = (
            match["lead"] + half + hour + colon + "%M" + (colon + "%S" if match["second"] else "")
        )
        form += f"{match['point']}%f" if match["point"] else ""
        if match["half"]:
            form += (" " if match["half"][0].isspace() else "") + "%p"
        yield text[: match.start()], form + _zone(match["zone"] or "")
    yield text, ""


def _zone(zone: str) -> str:
    bare = zone.strip()
    return zone if bare in ("", "UTC", "GMT", "Uhr") else zone[: -len(bare)] + "%z"


def _numeric(text: str) -> Shape | None:
    match = _NUMBERS.fullmatch(text)
    if match is not None:
        first, sign, second, last, behind = match.groups()
        place = _year_place(first, last)
        if place is None:
            return None
        template = f"{{0}}{sign}{{1}}{sign}{{2}}{behind}"
        return Shape(template, (place, sign.strip() or sign), (first, second, last))
    if _COMPACT.fullmatch(text):
        return _compact(text)
    match = _EAST_ASIAN.fullmatch(text)
    if match is not None:
        return Shape(f"%Y{match[2]}{match[3]}%m{match[4]}{match[5]}%d{match[6]}")
    return None


def _year_place(first: str, last: str) -> str | None:
    if len(first) == 4 and len(last) <= 2:
        return "first"
    if len(first) <= 2:
        return {4: "last", 2: "short"}.get(len(last))
    return None


def _compact(text: str) -> Shape:
    """Digits alone: by the years that the ends would be."""
    if len(text) == 6:
        return Shape("{0}{1}{2}", ("short", ""), (text[:2], text[2:4], text[4:]))
    if 1900 <= int(text[:4]) <= 2100 and int(text[4:6]) <= 12:
        return Shape("{0}{1}{2}", ("first", ""), (text[:4], text[4:6], text[6:]))
    return Shape("{0}{1}{2}", ("last", ""), (text[:2], text[2:4], text[4:]))


def _named(text: str) -> Shape | None:
    """Dates with a month's name; %b reads its long form, too."""
    match = _DAY_NAME_YEAR.fullmatch(text)
    if match is not None:
        tail = match["tail"] or ""
        return Shape(f"%d{match['a']}%b{match['b']}{_year(match['year'])}{tail}")
    match = _NAME_DAY_YEAR.fullmatch(text)
    if match is not None:
        return Shape(f"%b{match['a']}%d{match['b']}{_year(match['year'])}")
    return None


def _year(text: str) -> str:
    return "%Y" if len(text) == 4 else "%y"
