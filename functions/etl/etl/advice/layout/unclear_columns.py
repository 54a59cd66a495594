"""The question which of several columns is the quantity or the price."""

from collections.abc import Mapping, Sequence
from itertools import islice, product
from typing import Final

from etl.advice.languages.column_names import is_scaled, may_mean
from etl.advice.layout.described_layout import described_columns, header_place, parting_mark
from etl.advice.layout.detect import Layout, are_numbers
from etl.advice.question import Answer, Question
from etl.source.description import Description

_MOST_ANSWERS: Final = 12


def unclear_columns(
    layout: Layout, places: Mapping[str, int], described: Description
) -> Question | None:
    """Asked where a column seems absent and the names of others have a word for it.

    A constant in its place would be a lie if one of these is it.
    """
    unclear = {
        column: [
            place
            for place, name in enumerate(layout.names)
            if place not in places.values()
            and may_mean(column, name)
            and not is_scaled(name)
            and are_numbers(layout.column(place))
        ]
        for column in ("quantity", "price")
        if column not in places
    }
    unclear = {column: may_be for column, may_be in unclear.items() if may_be}
    if not unclear:
        return None
    which = "; ".join(
        f"no column is plainly the {column}, {' and '.join(layout.names[p] for p in may_be)} may be"
        for column, may_be in unclear.items()
    )
    text = f"{which[0].upper()}{which[1:]}. Which is meant?"
    return Question("columns", text, _answers(layout, places, described, unclear))


def _answers(
    layout: Layout,
    places: Mapping[str, int],
    described: Description,
    unclear: Mapping[str, Sequence[int]],
) -> tuple[Answer, ...]:
    """Each that one may be with each that the other may be."""
    answers = []
    for chosen in islice(product(*unclear.values()), _MOST_ANSWERS):
        if len(set(chosen)) < len(chosen):
            continue
        meant = dict(zip(unclear, chosen, strict=True))
        changes = described_columns(layout, {**places, **meant})
        changes += header_place(layout, described)
        changes += parting_mark(layout) if layout.delimiter != "," else []
        meanings = (
            f"{layout.names[place]} is the {column}: "
            f"{', '.join(dict.fromkeys(layout.column(place)[:3]))}"
            for column, place in meant.items()
        )
        fields = {change.field: change.value for change in changes}
        answers.append(Answer("; ".join(meanings), fields))
    return tuple(answers)
