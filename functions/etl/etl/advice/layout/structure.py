"""Descriptions for files that are refused as a whole: each reason's remedy, tried until one reads.

A remedy is a proposal. What the file leaves open becomes a question, not an answer.
"""

from collections.abc import Callable, Mapping
from typing import Final

from etl.advice.layout.header_remedy import lay_out
from etl.advice.layout.single_quotes import take_off
from etl.advice.layout.text_remedies import decode, escape
from etl.advice.question import Answer, Question
from etl.advice.steps import Steps
from etl.advice.trial import Sampled, Trial

_MOST_STEPS: Final = 6


def make_readable(sample: Sampled, refused: Trial) -> Steps:
    """Changes until the sample is read; `trial` is still refused if none helps."""
    steps = Steps(refused)
    for _ in range(_MOST_STEPS):
        error = steps.trial.refused
        remedy = REMEDIES.get(error.reason) if error else None
        if remedy is None or not remedy(sample, steps):
            break
    return steps


REMEDIES: Final[Mapping[str, Callable[[Sampled, Steps], bool]]] = {
    "undecodable": decode,
    "no_header": lay_out,
    "missing_column": lay_out,
    "escaped_quote": escape,
    "wrong_width": take_off,
}


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
