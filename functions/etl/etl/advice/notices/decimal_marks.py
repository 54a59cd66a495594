"""Amounts with a decimal comma and amounts with a decimal point in one file."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from etl.advice.trial import Trial
from etl.advice.values.decimals import proved_mark, read_anew
from etl.report.advice import Notice
from etl.rules.numbers import price
from etl.rules.status import OK

_EXAMPLES: Final = 3
_LOOKED_AT: Final = 500


def two_marks(trial: Trial) -> Iterator[Notice]:
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
