"""The remedy of a header that is not found: where the rows begin, and which column is which."""

import re
from collections.abc import Mapping
from typing import Final

from etl.advice.languages.column_names import COLUMNS, is_of_a_row, is_scaled
from etl.advice.layout.described_layout import described_columns, header_place, parting_mark
from etl.advice.layout.detect import (
    Layout,
    by_values,
    find_layout,
    has_quoted_lines,
    map_columns,
)
from etl.advice.layout.layout_notices import (
    QUOTED_LINES,
    absent_columns,
    guessed,
    of_a_row,
    scaled,
)
from etl.advice.layout.single_quotes import has_quoted_cells, take_off
from etl.advice.layout.unclear_columns import unclear_columns
from etl.advice.steps import Steps, take
from etl.advice.trial import Sampled, Trial
from etl.report.advice import Change
from etl.source.decode import utf8_chunks
from etl.source.description import Description

_ONE: Final = re.compile(r"0*1([.,]0*)?")


def lay_out(sample: Sampled, steps: Steps) -> bool:
    """Delimiter, header line and names, as few of these as are needed."""
    described = steps.trial.description
    text = _text(sample, described)
    if has_quoted_cells(text) and take_off(sample, steps):
        return True
    layout = find_layout(text, described.delimiter)
    if layout is None:
        steps.notices += [QUOTED_LINES] * has_quoted_lines(text)
        return False
    changes = _names(layout, steps)
    if changes is None:
        return False
    alone = steps.trial
    place, mark = header_place(layout, described), parting_mark(layout)
    for extra in ([], place, [*place, *mark]):
        steps.trial = alone
        if take(sample, steps, [*changes, *extra]) and not _is_about_layout(steps.trial):
            return True
    return steps.trial is not alone


def _is_about_layout(trial: Trial) -> bool:
    return trial.refused is not None and trial.refused.reason in ("no_header", "missing_column")


def _names(layout: Layout, steps: Steps) -> list[Change] | None:
    """Which column is which, by the header or by the values; None where that is not plain."""
    places = map_columns(layout)
    missing = [column for column in COLUMNS if column not in places]
    guesses = by_values(layout, missing, list(places.values()))
    for column in ("order_date", "price", "order_id", "quantity", "customer_id", "product"):
        free = [place for place in guesses.get(column, []) if place not in places.values()]
        if column == "price":
            free = [p for p in free if not (layout.names and is_scaled(layout.names[p]))]
        if len(free) == 1 or (free and not layout.names):
            places[column] = free[0]
            steps.notices.append(guessed(column, layout, free[0]))
    if "price" not in places:
        steps.notices += [scaled(name) for name in layout.names if is_scaled(name)]
    if "order_id" not in places or "order_date" not in places:
        absent = [name for name in ("order_id", "order_date") if name not in places]
        steps.notices.append(absent_columns(absent, layout))
        return None
    question = unclear_columns(layout, places, steps.trial.description)
    if question is not None:
        steps.questions.append(question)
        return None
    if "price" in places and layout.names and _counts_twice(layout, places):
        steps.notices.append(of_a_row(layout.names[places["price"]]))
    return described_columns(layout, places)


def _counts_twice(layout: Layout, places: Mapping[str, int]) -> bool:
    """Whether a price that may be the row's is multiplied by quantities other than 1."""
    if not is_of_a_row(layout.names[places["price"]]) or "quantity" not in places:
        return False
    counts = layout.column(places["quantity"])
    return any(value and not _ONE.fullmatch(value) for value in counts)


def _text(sample: Sampled, description: Description) -> str:
    chunks = utf8_chunks(sample.path, description.encoding)
    return next(chunks, b"").decode(errors="replace")
