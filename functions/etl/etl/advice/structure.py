"""Descriptions for files that are refused as a whole: each reason's remedy, tried until one reads.

A remedy is a proposal. What the file leaves open becomes a question, not an answer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from etl.advice.column_names import COLUMNS, is_of_a_row, is_scaled
from etl.advice.described_layout import described_columns, header_place, parting_mark
from etl.advice.encodings import is_mixed, likely_encodings
from etl.advice.layout import (
    Layout,
    by_values,
    find_layout,
    has_quoted_lines,
    map_columns,
)
from etl.advice.layout_notices import (
    MIXED,
    QUOTED_LINES,
    absent_columns,
    guessed,
    of_a_row,
    scaled,
)
from etl.advice.trial import Sampled, Trial, merged, try_out
from etl.advice.unclear_columns import unclear_columns
from etl.advice.values import Answer, Question
from etl.report.advice import Change, Notice
from etl.source.decode import utf8_chunks
from etl.source.description import Description

_MOST_STEPS: Final = 6
_ONE: Final = re.compile(r"0*1([.,]0*)?")


@dataclass(slots=True)
class Steps:
    """What was found on the way to a description that reads the file."""

    trial: Trial
    changes: list[Change] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def make_readable(sample: Sampled, refused: Trial) -> Steps:
    """Changes until the sample is read; `trial` is still refused if none helps."""
    steps = Steps(refused)
    for _ in range(_MOST_STEPS):
        error = steps.trial.refused
        remedy = REMEDIES.get(error.reason) if error else None
        if remedy is None or not remedy(sample, steps):
            break
    return steps


def _take(sample: Sampled, steps: Steps, changes: list[Change]) -> bool:
    """Go on with these changes, unless they bring nothing new."""
    if not changes:
        return False
    fields = {change.field: change.value for change in changes}
    try:
        description = merged(steps.trial.description, fields)
    except ValidationError:
        # Two columns of one name, or a name too long for a description.
        return False
    if description == steps.trial.description:
        return False
    steps.trial = try_out(sample, description)
    steps.changes = [c for c in steps.changes if c.field not in fields] + changes
    return True


def _decode(sample: Sampled, steps: Steps) -> bool:
    content = sample.path.read_bytes()
    likely = likely_encodings(content)
    if not likely:
        steps.notices += [MIXED] * is_mixed(content)
        return False
    words = ", ".join(likely[0].words[:3])
    because = (
        f"the file is no UTF-8; by this it reads {words}" if words else "every other byte is 0"
    )
    change = Change(field="encoding", value=likely[0].encoding, because=because)
    return _take(sample, steps, [change])


def _lay_out(sample: Sampled, steps: Steps) -> bool:
    """Delimiter, header line and names, as few of these as are needed."""
    described = steps.trial.description
    text = _text(sample, described)
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
        if _take(sample, steps, [*changes, *extra]) and not _is_about_layout(steps.trial):
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


def _escape(sample: Sampled, steps: Steps) -> bool:
    """The reading of the backslash that loses fewer rows; of two alike the one that ends fields.

    As text it would leave characters behind a closing quote, which no program writes.
    """
    tried = {
        mark: try_out(sample, merged(steps.trial.description, {"escape": mark}))
        for mark in ("\\", "")
    }
    lost = {mark: _lost(trial) for mark, trial in tried.items()}
    if all(trial.refused for trial in tried.values()):
        return False
    is_alike = lost["\\"] == lost[""]
    mark = min(lost, key=lambda one: lost[one])
    because = (
        "quoted texts go on behind a quote with a backslash"
        if is_alike
        else "read so, more rows have all of their fields"
    )
    return _take(sample, steps, [Change(field="escape", value=mark, because=because)])


def _lost(trial: Trial) -> int:
    if trial.refused:
        return 1 << 60
    return sum(len(judged.fields.malformed) for judged in trial.judged)


REMEDIES: Final[Mapping[str, Callable[[Sampled, Steps], bool]]] = {
    "undecodable": _decode,
    "no_header": _lay_out,
    "missing_column": _lay_out,
    "escaped_quote": _escape,
}


def _text(sample: Sampled, description: Description) -> str:
    chunks = utf8_chunks(sample.path, description.encoding)
    return next(chunks, b"").decode(errors="replace")


def _repeated_columns() -> Question:
    answers = (
        Answer("the first column of a name is meant", {"repeated_columns": "first"}),
        Answer("the last column of a name is meant", {"repeated_columns": "last"}),
    )
    text = "The header names a required column twice. Which is meant?"
    return Question("repeated_columns", text, answers)


def _open_quote() -> Question:
    meaning = "yes, as for inches; where a value is in quotes they become part of it"
    text = "A quote is opened and never closed. Is it a character like any other?"
    return Question("quote", text, (Answer(meaning, {"quote": ""}),))


# What a person must say of a refused file, by the reason of its refusal.
QUESTIONS: Final[Mapping[str, Question]] = {
    "duplicate_column": _repeated_columns(),
    "unterminated_quote": _open_quote(),
}
