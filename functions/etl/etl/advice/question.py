"""Questions that the values of a file leave open, and their answers as fields of a description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

MOST_FORMATS: Final = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to settle a question: fields of a description, and what they would mean.

    One that `changes_nothing` wins no row, and is offered beside those that do: nobody asks again.
    """

    meaning: str
    fields: Mapping[str, Any]
    changes_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What the values leave open."""

    field: str
    text: str
    answers: tuple[Answer, ...]


def fields_of(answers: Sequence[Answer]) -> dict[str, Any]:
    """The fields of answers to several questions: of formats all, in their order."""
    fields: dict[str, Any] = {}
    for answer in answers:
        for name, value in answer.fields.items():
            if name == "date_formats":
                value = list(dict.fromkeys([*fields.get(name, []), *value]))[:MOST_FORMATS]
            fields[name] = value
    return fields
