"""What is wrong with a file that no description mends."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from etl.advice.calendars import calendar_of
from etl.advice.currency_notices import currency_notices
from etl.advice.date_shapes import shape_of
from etl.advice.dates import SPREADSHEET_DAYS, counted_word, swapped_days
from etl.advice.decimals import proved_mark, read_anew
from etl.advice.id_notices import id_notices
from etl.advice.swallowed_rows import swallowed_rows
from etl.advice.trial import Trial
from etl.profile.columns import MAX_COLUMNS
from etl.report.advice import JOINED_ROWS, Notice
from etl.rules.numbers import price
from etl.rules.status import OK

_ZONE: Final = re.compile(r"(\d|[AP]M)\s*(?P<zone>[A-Z]{2,5})$", re.ASCII)
_EXAMPLES: Final = 3
# What two rows have by chance so many have not.
_FEWEST: Final = 3
_LOOKED_AT: Final = 500
_UNIT: Final = re.compile(r"[0-9][0-9.,]*\s*([^\W\d_]{1,12}\.?|%)")
_READABLE: Final = {
    "quantity": "whole numbers",
    "price": "numbers like 1234.50, with a currency or without",
    "order_date": "dates like 2024-01-31",
}
_OTHER_DIGIT: Final = re.compile(r"(?![0-9])\d")


def notices(trial: Trial) -> Iterator[Notice]:
    """Of a sample that was read."""
    for column in ("order_id", "customer_id"):
        yield from id_notices(column, trial.texts(column))
    yield from _uneven(trial)
    yield from _two_marks(trial)
    yield from currency_notices(trial)
    yield from swallowed_rows(trial)
    told = list(_units_and_digits(trial))
    told += _calendars(trial)
    told += _swapped(trial)
    yield from told
    yield from _unread(trial, {notice.column for notice in told})
    yield from _decoded_twice(trial)
    zones = [text for text in trial.refused_texts("order_date") if _abbreviated(text)]
    if zones:
        yield Notice(
            kind="zone_abbreviations",
            column="order_date",
            message="Abbreviations of time zones mean different zones in different places and are "
            "not read. Export times with an offset, as +01:00, or without a zone.",
            examples=tuple(zones[:_EXAMPLES]),
        )


def _uneven(trial: Trial) -> Iterator[Notice]:
    """Rows of another width, as of a delimiter too many or one within a value."""
    assert trial.header is not None
    widths = Counter(width for judged in trial.judged for width in judged.fields.malformed.values())
    there = len(trial.header.cells)
    joined = widths[2 * there - 1]
    if 0 < joined < _FEWEST:
        yield Notice(
            kind=JOINED_ROWS,
            message=f"{joined:,} {'row has' if joined == 1 else 'rows have'} {2 * there - 1:,} "
            f"fields where the header has {there:,}, as two rows without a line end between them, "
            "the last of a file and the header of another, say: put the line end in.",
        )
    if sum(widths.values()) < _FEWEST:
        return
    width, rows = widths.most_common(1)[0]
    remedy = (
        "A delimiter too many at their ends goes away, or gets a column of its own, by one more "
        "name at the end of the header line; one within a value needs quotes around it."
        if width > there
        else "Only cells of further columns may be left out at a row's end."
    )
    yield Notice(
        kind="uneven_rows",
        message=f"{rows:,} rows have {width:,} fields where the header has {there:,}. {remedy}",
    )


def _two_marks(trial: Trial) -> Iterator[Notice]:
    """Amounts that need the decimal mark in force, beside others that need the other one."""
    mark = trial.description.decimal_mark
    other = "." if mark == "," else ","
    texts = {name: trial.texts(name) for name in ("price", "quantity")}
    refusals = {name: trial.refused_texts(name) for name in texts}
    for column, refused_texts in refusals.items():
        refused = _reads_alone(refused_texts, other, mark)
        if not refused:
            continue
        kept_texts = {text: n for text, n in texts[column].items() if text not in refused_texts}
        kept = _reads_alone(kept_texts, mark, other)
        if kept:
            yield Notice(
                kind="two_decimal_marks",
                column=column,
                message="Some numbers have a decimal comma and some a decimal point: no "
                "description reads both. Export them with one.",
                examples=(*refused[:2], kept[0]),
            )
        elif proved_mark(texts, refusals) != other:
            # Else the mark is suggested, or asked about.
            yield from _by_the_other_mark(
                column, refused, list(read_anew(column, kept_texts, other))
            )


def _by_the_other_mark(column: str, refused: list[str], kept: list[str]) -> Iterator[Notice]:
    """Of a column in which a number needs the mark that other columns do not have."""
    if kept:
        yield Notice(
            kind="two_decimal_marks",
            column=column,
            message=f"{refused[0]} is a number by another decimal mark than the one in force. If "
            f"the column has that mark, {kept[0]} is another number than it is read as: export "
            "all numbers with one mark.",
            examples=tuple(refused[:_EXAMPLES]),
        )


def _reads_alone(texts: Mapping[str, int], mark: str, other: str) -> list[str]:
    """Those of the first texts that are prices by one mark and not by the other."""
    looked_at = islice((text for text in texts if mark in text), _LOOKED_AT)
    return [t for t in looked_at if price(t, mark)[0] == OK and price(t, other)[0] != OK]


def _units_and_digits(trial: Trial) -> Iterator[Notice]:
    """Numbers with a word behind them, or in digits that are not 0 to 9."""
    units = [text for text in trial.refused_texts("quantity") if _UNIT.fullmatch(text)]
    if units:
        yield Notice(
            kind="units",
            column="quantity",
            message="A unit stands behind these quantities: export the number alone.",
            examples=tuple(units[:_EXAMPLES]),
        )
    for column in ("quantity", "price", "order_date"):
        refused = trial.refused_texts(column)
        foreign = [text for text in refused if _OTHER_DIGIT.search(text)]
        if foreign:
            yield Notice(
                kind="other_digits",
                column=column,
                message="Digits of another script are not read: export numbers in 0 to 9.",
                examples=tuple(foreign[:_EXAMPLES]),
            )


def _calendars(trial: Trial) -> Iterator[Notice]:
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


def _swapped(trial: Trial) -> Iterator[Notice]:
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


def _unread(trial: Trial, told: set[str | None]) -> Iterator[Notice]:
    """Columns of which most values are of no form that any description can name."""
    for column, form in _READABLE.items():
        refused = trial.refused_texts(column)
        rows = refused.total()
        filled = sum(count for text, count in trial.texts(column).items() if text)
        if column in told or rows < _FEWEST or rows * 2 < filled:
            continue
        looked_at = dict(refused.most_common(_LOOKED_AT))
        unread = [text for text in looked_at if _is_unread(column, text)]
        if sum(looked_at[text] for text in unread) * 2 >= sum(looked_at.values()):
            yield Notice(
                kind="unread_values",
                column=column,
                message=f"No description was found that reads these as {column}: export {form}.",
                examples=tuple(unread[:_EXAMPLES]),
            )


def _is_unread(column: str, text: str) -> bool:
    if column == "order_date":
        is_counted = text.isdigit() and counted_word(text) is not None
        return shape_of(text) is None and not is_counted and not _abbreviated(text)
    return all(price(text, mark)[0] != OK for mark in (".", ","))


def _decoded_twice(trial: Trial) -> Iterator[Notice]:
    """Texts in which UTF-8 was taken for another encoding before the file was written."""
    assert trial.header is not None
    for column in trial.header.file_names[:MAX_COLUMNS]:
        foreign = islice((text for text in trial.texts(column) if not text.isascii()), _LOOKED_AT)
        damaged = [(text, meant) for text in foreign if (meant := _meant(text)) is not None]
        if damaged:
            text, meant = damaged[0]
            yield Notice(
                kind="damaged_texts",
                column=column,
                message=f"An earlier program read UTF-8 as another encoding: {text} was {meant}. "
                "Export the file anew; it is kept as it is.",
                examples=tuple(text for text, _ in damaged[:_EXAMPLES]),
            )


def _meant(text: str) -> str | None:
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None


def _abbreviated(text: str) -> bool:
    match = _ZONE.search(text)
    return match is not None and match["zone"] not in ("AM", "PM", "UTC", "GMT")
