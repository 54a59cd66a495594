"""ISO dates of which a spreadsheet may have swapped day and month, beside the dates it left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from etl.advice.trial import Trial
from etl.advice.values.clashes import day_by
from etl.advice.values.date_shapes import shape_of
from etl.advice.values.dates import FoundFormats
from etl.source.date_formats import ISO, read_declared

_LOOKED_AT = 500
_MONTHS = 12
_FEWEST = 2
_MOST_FORMS = 4


@dataclass(frozen=True, slots=True)
class SwappedIso:
    """By `turned` the ISO dates are those of `forms`: `example`, the day `now`, is `then`."""

    forms: tuple[str, ...]
    turned: tuple[str, ...]
    example: str
    unread: str
    now: date
    then: date


def swapped_iso(trial: Trial, found: FoundFormats) -> SwappedIso | None:
    """Where no ISO date has a day past 12, and each date of other forms has one.

    A spreadsheet that reads day/month takes 03/02/2024, which is of March, for a day of February,
    writes it as 2024-02-03, and leaves 03/13/2024 as text.
    """
    refused = trial.refused_texts("order_date")
    read = (text for text in trial.texts("order_date") if text and text not in refused)
    iso = {text: day for text in islice(read, _LOOKED_AT) if (day := day_by(ISO, text, {}))}
    forms, unread = _of_late_days(found.texts)
    if not forms or len(set(iso.values())) < _FEWEST or len(unread) < _FEWEST:
        return None
    if any(day.day > _MONTHS for day in iso.values()):
        return None
    turned = _turned(iso)
    for text, now in iso.items():
        moments = (read_declared(form, text, {}) for form in turned)
        then = next((moment.date() for moment in moments if moment), now)
        if then != now:
            return SwappedIso(forms, turned, text, unread[0], now, then)
    return None


def _of_late_days(texts: Mapping[str, list[str]]) -> tuple[tuple[str, ...], list[str]]:
    """The formats in numbers and their texts; none where one of these may be of either order."""
    forms, unread = [], []
    for form, members in texts.items():
        if form == ISO or not ("%d" in form and "%m" in form):
            continue
        days = [day for text in members[:_LOOKED_AT] if (day := day_by(form, text, {}))]
        if any(day.day <= _MONTHS for day in days):
            return (), []
        forms.append(form)
        unread += members[:_LOOKED_AT]
    return tuple(forms), unread


def _turned(iso: Mapping[str, date]) -> tuple[str, ...]:
    shapes = (shape_of(text) for text in iso)
    found = (shape.format_of(("Y", "d", "m")) for shape in shapes if shape and shape.family)
    return tuple(dict.fromkeys(found))[:_MOST_FORMS]
