"""Dates that no format reads: of other calendars, of swapped days, in zones without an offset."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from etl.advice.languages.calendars import calendar_of
from etl.advice.trial import Trial
from etl.advice.values.dates import SPREADSHEET_DAYS, counted_word, swapped_days
from etl.report.advice import Notice

_ZONE: Final = re.compile(r"(\d|[AP]M)\s*(?P<zone>[A-Z]{2,5})$", re.ASCII)
_EXAMPLES: Final = 3
_LOOKED_AT: Final = 500


def other_calendars(trial: Trial) -> Iterator[Notice]:
    found = calendar_of(islice(trial.refused_texts("order_date"), _LOOKED_AT))
    if found is not None:
        name, texts = found
        yield Notice(
            kind="other_calendar",
            column="order_date",
            message=f"These look like years of the {name} calendar, which is not read: export "
            "dates of the Gregorian one, as 2024-01-31.",
            examples=tuple(texts[:_EXAMPLES]),
        )


def swapped_spreadsheet_days(trial: Trial) -> Iterator[Notice]:
    refused = islice(trial.refused_texts("order_date"), _LOOKED_AT)
    if all(counted_word(text) != SPREADSHEET_DAYS for text in refused):
        return
    swapped = swapped_days(trial.texts("order_date"), trial.description.date_formats)
    if swapped:
        yield Notice(
            kind="swapped_days",
            column="order_date",
            message="A spreadsheet took dates of day and month for month and day: these are the "
            "numbers of other days, and the rest was left as text. Export the original anew, with "
            "this column as text.",
            examples=tuple(swapped[:_EXAMPLES]),
        )


def zone_abbreviations(trial: Trial) -> Iterator[Notice]:
    """Times with a zone that is told by its abbreviation alone."""
    zones = [text for text in trial.refused_texts("order_date") if is_abbreviated(text)]
    if zones:
        yield Notice(
            kind="zone_abbreviations",
            column="order_date",
            message="Abbreviations of time zones mean different zones in different places and are "
            "not read. Export times with an offset, as +01:00, or without a zone.",
            examples=tuple(zones[:_EXAMPLES]),
        )


def is_abbreviated(text: str) -> bool:
    match = _ZONE.search(text)
    return match is not None and match["zone"] not in ("AM", "PM", "UTC", "GMT")
