"""Times of day and zones that stand beside the dates, or in them where nothing reads them."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Final
from zoneinfo import available_timezones

from etl.advice.trial import Trial
from etl.advice.values.date_shapes import Shape, shape_of
from etl.profile.columns import MAX_COLUMNS
from etl.report.advice import Notice
from etl.rules.dates import order_date
from etl.rules.status import OK

_EXAMPLES: Final = 3
_FEWEST: Final = 3
_LOOKED_AT: Final = 500
_MOST_FORMS: Final = 4
_TIME: Final = re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[AaPp][Mm])?", re.ASCII)
_HAS_TIME: Final = re.compile(r"\d[T ]+\d{1,2}[:.]\d\d", re.ASCII)
_HAS_OFFSET: Final = re.compile(r":\d\d([.,]\d+)?\s?(Z|UTC|GMT|[+-]\d\d:?(\d\d)?)$", re.IGNORECASE)
_END_OF_DAY: Final = re.compile(r"(?<![\d:.])24:00(:00([.,]0+)?)?(?![\d:])", re.ASCII)
_ZONE: Final = re.compile(r"\[?([A-Z][A-Za-z]+(?:/[A-Za-z_+\-0-9]+)+)\]?$")
_ZONE_IN_NAME: Final = re.compile(
    r"(?<![^\W_])(CES?T|MES?Z|E[SD]T|C[SD]T|M[SD]T|P[SD]T|BST|IST|JST|KST|AE[SD]T|MSK|WES?T|EES?T|"
    r"local( time)?|Ortszeit)(?![^\W_])"
)


def time_notices(trial: Trial) -> Iterator[Notice]:
    """Of a sample that was read; nothing that its description says is told."""
    yield from _end_of_day(trial)
    described = trial.description
    if described.time_column is None:
        yield from _time_column(trial)
    if described.time_zone is None and _has_bare_times(trial):
        yield from _zone_column(trial)
        yield from _zone_in_name(trial)


def _end_of_day(trial: Trial) -> Iterator[Notice]:
    found = [text for text in _refused(trial) if _END_OF_DAY.search(text)]
    if found:
        yield Notice(
            kind="end_of_day",
            column="order_date",
            message="24:00 is not read, as it is no time of the day that it ends: export 00:00 of "
            "the next day.",
            examples=tuple(found[:_EXAMPLES]),
        )


def zone_names(trial: Trial) -> Iterator[Notice]:
    """Of dates that are refused for the name of a zone behind them."""
    found = [text for text in _refused(trial) if _zone_of(text) is not None]
    if found:
        yield Notice(
            kind="zone_names",
            column="order_date",
            message=f"The name of a zone behind a time is not read ({_zone_of(found[0])}). Export "
            "times with an offset alone, as +01:00, or without a zone, which `time_zone` in the "
            "description names then.",
            examples=tuple(found[:_EXAMPLES]),
        )


def _time_column(trial: Trial) -> Iterator[Notice]:
    """A further column of nothing but times of day, where the dates have none."""
    dates = list(islice(_filled(trial, "order_date"), _LOOKED_AT))
    if any(_HAS_TIME.search(text) for text in dates):
        return
    for column in _further(trial):
        texts = trial.texts(column)
        filled = {text: count for text, count in texts.items() if text}
        if sum(filled.values()) >= _FEWEST and all(map(_TIME.fullmatch, filled)):
            fields = json.dumps(
                _together(column, dates, list(filled)[:_LOOKED_AT]), ensure_ascii=False
            )
            yield Notice(
                kind="time_beside_date",
                column=column,
                message=f"{column} has times of day, and order_date has none: if they are those of "
                f"the orders, the description puts them together by {fields}.",
                examples=tuple(list(filled)[:_EXAMPLES]),
            )
            return


def _together(column: str, dates: Sequence[str], times: Sequence[str]) -> dict[str, object]:
    """The fields that read dates and times as one text; ISO's need no format."""
    fields: dict[str, object] = {"time_column": column}
    joined = [f"{date} {time}" for date in dates[:1] for time in times]
    if any(order_date(text)[0] != OK for text in joined):
        shapes = (shape_of(text) for text in joined)
        forms = (one.format_of(("Y", "m", "d")) for one in shapes if one and _is_of_year(one))
        fields["date_formats"] = list(dict.fromkeys(forms))[:_MOST_FORMS]
    return fields if fields.get("date_formats") != [] else {"time_column": column}


def _is_of_year(shape: Shape) -> bool:
    return shape.family is not None and shape.family[0] == "first"


def _zone_column(trial: Trial) -> Iterator[Notice]:
    """A column of names of zones beside times that are read as UTC."""
    for column in _further(trial):
        zones = list(islice(_filled(trial, column), _LOOKED_AT))
        if not zones or None in map(_zone_of, zones):
            continue
        remedy = (
            f'"time_zone": "{zones[0]}" in the description reads them in it.'
            if len(zones) == 1
            else "a description names one zone: export times with an offset, as +01:00."
        )
        yield Notice(
            kind="zone_beside_date",
            column=column,
            message=f"{column} names zones, and times of order_date are read as UTC: {remedy}",
            examples=tuple(zones[:_EXAMPLES]),
        )


def _zone_in_name(trial: Trial) -> Iterator[Notice]:
    assert trial.header is not None
    names = dict(zip(trial.header.names, trial.header.source_names, strict=True))
    match = _ZONE_IN_NAME.search(names["order_date"])
    if match is not None:
        yield Notice(
            kind="zone_beside_date",
            column="order_date",
            message=f"{names['order_date']} says that times are of {match[1]}, and they are read "
            'as UTC: name the zone in the description, as "time_zone": "Europe/Berlin".',
            examples=tuple(islice(_filled(trial, "order_date"), 1)),
        )


def _has_bare_times(trial: Trial) -> bool:
    """Whether some date that is read has a time without an offset."""
    refused = trial.refused_texts("order_date")
    read = (text for text in _filled(trial, "order_date") if text not in refused)
    return any(
        _HAS_TIME.search(text) and not _HAS_OFFSET.search(text) for text in islice(read, _LOOKED_AT)
    )


def _zone_of(text: str) -> str | None:
    match = _ZONE.search(text)
    return match[1] if match and match[1] in _known_zones() else None


@cache
def _known_zones() -> frozenset[str]:
    """To look them up in their folders takes some milliseconds."""
    return frozenset(available_timezones())


def _refused(trial: Trial) -> Iterable[str]:
    return islice(trial.refused_texts("order_date"), _LOOKED_AT)


def _filled(trial: Trial, column: str) -> Iterator[str]:
    return (text for text in trial.texts(column) if text)


def _further(trial: Trial) -> list[str]:
    """Columns that are none of ours."""
    assert trial.header is not None
    ours = {"order_id", "customer_id", "product", "quantity", "price", "order_date"}
    return [name for name in trial.header.file_names[:MAX_COLUMNS] if name not in ours]
