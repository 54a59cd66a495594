"""Formats of refused dates by which dates that are read already would be other days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from etl.advice.trial import Trial
from etl.rules.dates import DateReading, order_date
from etl.rules.status import OK
from etl.source.counted_dates import WORDS
from etl.source.date_formats import ISO, read_declared
from etl.source.months import month_numbers

# The most frequent different dates: enough to see whether a format is of their order.
_LOOKED_AT: Final = 500


@dataclass(frozen=True, slots=True)
class Clash:
    """`form` alone reads `unread`; by it `example`, the day `now` so far, would be `then`."""

    form: str
    unread: str
    example: str
    now: date
    then: date


def clashes(trial: Trial, forms: Iterable[str]) -> list[Clash]:
    """Of the formats that the refused dates prove, those that contradict what is read already."""
    return [
        clash for form in forms if form not in WORDS and (clash := _clash(trial, form)) is not None
    ]


def _clash(trial: Trial, form: str) -> Clash | None:
    described = trial.description
    reading = DateReading(described.date_formats, described.languages)
    months = month_numbers(described.languages)
    refused = trial.refused_texts("order_date")
    unread = next((text for text in refused if day_by(form, text, months)), None)
    if unread is None:
        return None
    for text, _ in islice(trial.texts("order_date").most_common(), _LOOKED_AT):
        then = day_by(form, text, months) if text not in refused else None
        status, micros = order_date(text, reading)
        if then is None or status != OK:
            continue
        now = _day_of(micros)
        if then != now:
            return Clash(form, unread, text, now, then)
    return None


def day_by(form: str, text: str, months: Mapping[str, int]) -> date | None:
    """The day that the text is by the format; None where it is none."""
    if form == ISO:
        status, micros = order_date(text)
        return _day_of(micros) if status == OK else None
    moment = read_declared(form, text, months)
    return moment.date() if moment else None


def _day_of(micros: int) -> date:
    return (datetime(1970, 1, 1) + timedelta(microseconds=micros)).date()
