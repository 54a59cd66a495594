"""What proposals win: each part of them is left out once, and goes if no row goes with it."""

from collections.abc import Sequence
from typing import Final

from etl.advice.question import Question, fields_of
from etl.advice.questions.order_lines import line_key
from etl.advice.trial import Sampled, Trial, merged, try_out
from etl.advice.values.proposals import Part, Proposals, propose
from etl.report.advice import Change

# Each part costs a reading of the sample.
_MOST_PARTS: Final = 40


def worthwhile(sample: Sampled, trial: Trial, *, is_answered: bool = False) -> Proposals:
    """What follows from the values, without the parts that win no row.

    With `is_answered` the rows are counted as if each question had its first answer.
    """

    def kept(some: Proposals, more: Sequence[Change]) -> int:
        answers = _first_answers(some.questions) if is_answered else []
        return with_changes(sample, trial, [*some.changes, *more, *answers]).kept

    proposals = propose(trial)
    lines = _order_lines(with_changes(sample, trial, proposals.changes))
    best = kept(proposals, lines) if proposals.changes or lines else 0
    if lines and kept(proposals, []) >= best:
        lines = []
    left_out: frozenset[Part] = frozenset()
    for part in proposals.parts[:_MOST_PARTS]:
        fewer = propose(trial, left_out | {part})
        if kept(fewer, lines) >= best:
            left_out |= {part}
            proposals = fewer
    proposals.changes += lines
    return proposals


def _first_answers(questions: Sequence[Question]) -> list[Change]:
    fields = fields_of([question.answers[0] for question in questions])
    return [Change(field=name, value=value, because="") for name, value in fields.items()]


def _order_lines(trial: Trial) -> list[Change]:
    key = line_key(trial)
    return [_key_change(key)] if key else []


def with_changes(sample: Sampled, trial: Trial, changes: Sequence[Change]) -> Trial:
    """The sample as it is read with these changes."""
    if not changes:
        return trial
    fields = {change.field: change.value for change in changes}
    return try_out(sample, merged(trial.description, fields))


def _key_change(key: tuple[str, ...]) -> Change:
    return Change(
        field="key",
        value=list(key),
        because=f"orders have several lines, which {', '.join(key[1:])} tells apart",
    )
