"""What is wrong with a file that no description mends: rounded ids, totals among the rows."""

import re
from collections.abc import Iterator
from typing import Final

from etl.advice.trial import Trial
from etl.report.advice import Notice

_ROUNDED: Final = re.compile(r"\d([.,]\d+)?E\+\d{2,}", re.IGNORECASE)
_TOTAL: Final = re.compile(
    r"(grand )?totals?|sub-?totals?|sum|summe|gesamt(summe)?|zwischensumme|total general|"
    r"totale|totaal|suma|razem|итого|合計|小計|总计|合计|합계|[^:]{0,20}\btotal",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(r"\d\s*(?P<zone>[A-Z]{2,5})$")
_EXAMPLES: Final = 3


def notices(trial: Trial) -> Iterator[Notice]:
    """Of a sample that was read."""
    for column in ("order_id", "customer_id"):
        rounded = [t for t in trial.texts(column) if "+" in t and _ROUNDED.fullmatch(t)]
        if rounded:
            yield Notice(
                kind="rounded_ids",
                column=column,
                message="A spreadsheet has rounded these ids; the digits are lost. Export the "
                "column as text.",
                examples=tuple(rounded[:_EXAMPLES]),
            )
    totals = list(_totals(trial))
    if totals:
        yield Notice(
            kind="totals_rows",
            message="Rows of totals stand among the orders; without an order id or a date they are "
            "dropped, else they are counted as orders.",
            examples=tuple(totals[:_EXAMPLES]),
        )
    zones = [text for text in trial.refused_texts("order_date") if _abbreviated(text)]
    if zones:
        yield Notice(
            kind="zone_abbreviations",
            column="order_date",
            message="Abbreviations of time zones mean different zones in different places and are "
            "not read. Export times with an offset, as +01:00, or without a zone.",
            examples=tuple(zones[:_EXAMPLES]),
        )


def _totals(trial: Trial) -> Iterator[str]:
    for column in ("order_id", "customer_id", "product"):
        for text in trial.texts(column):
            if not text[-1:].isdigit() and _TOTAL.fullmatch(text.rstrip(": ")):
                yield text


def _abbreviated(text: str) -> bool:
    match = _ZONE.search(text)
    return match is not None and match["zone"] not in ("AM", "PM", "UTC", "GMT")
