"""Proposals for quantities, prices and dates, and the questions that their values leave open."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from etl.advice.dates import FoundFormats, OpenOrder, Order, find_formats
from etl.advice.decimals import proved_mark
from etl.advice.trial import Trial
from etl.advice.words import missing_words
from etl.report.advice import Change
from etl.rules.numbers import quantity
from etl.rules.status import OK, ROUNDED
from etl.source.date_formats import ISO, read_declared
from etl.source.months import month_numbers

_MOST_FORMATS: Final = 20
_WORDS_OF_ORDER: Final = {"d": "day", "m": "month", "y": "year", "Y": "year"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to settle a question: fields of a description, and what they would mean."""

    meaning: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What the values leave open."""

    field: str
    text: str
    answers: tuple[Answer, ...]


@dataclass(slots=True)
class Proposals:
    """`changes` follow from the values, `questions` do not."""

    changes: list[Change] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def propose(trial: Trial) -> Proposals:
    """For a sample that was read."""
    proposals = Proposals()
    proposals.changes += _decimal(trial)
    proposals.changes += _missing(trial)
    _dates(trial, proposals)
    proposals.questions += _fractions(trial, proposals.changes)
    return proposals


def _decimal(trial: Trial) -> Iterator[Change]:
    columns = {name: trial.texts(name) for name in ("price", "quantity")}
    refused = {name: trial.refused_texts(name) for name in columns}
    # No mark reads a text that has no digit, and to ask costs many readings.
    has_digits = any(any(map(str.isdigit, text)) for found in refused.values() for text in found)
    mark = proved_mark(columns, refused) if has_digits else None
    if mark is None or mark == trial.description.decimal:
        return
    name = "comma" if mark == "," else "dot"
    texts = [text for found in refused.values() for text in found if mark in text]
    yield Change(
        field="decimal",
        value=mark,
        because=f"looks like a decimal {name}: {', '.join(texts[:3])}",
    )


def _missing(trial: Trial) -> Iterator[Change]:
    words = missing_words(trial)
    if not words:
        return
    described = trial.description.missing
    if isinstance(described, dict):
        columns = {name: list(texts) for name, texts in described.items()}
    else:
        columns = {name: list(described) for name in trial.header.names} if described else {}  # type: ignore[union-attr]
    for name, texts in words.items():
        columns[name] = [*columns.get(name, []), *texts]
    shown = ", ".join(text for texts in words.values() for text in texts)
    yield Change(field="missing", value=columns, because=f"these words stand for nothing: {shown}")


def _dates(trial: Trial, proposals: Proposals) -> None:
    described = trial.description
    refused = trial.refused_texts("order_date")
    if not refused:
        return
    found = find_formats(refused, described.languages)
    known = list(described.date_formats or _default(trial))
    formats = [*known, *(form for form, _ in found.proved.most_common())][:_MOST_FORMATS]
    if len(formats) > len(known):
        shown = ", ".join(list(refused)[:3])
        because = f"reads {', '.join(formats[len(known) :])}: {shown}"
        proposals.changes.append(Change(field="date_formats", value=formats, because=because))
    proposals.changes += _language(found)
    proposals.questions += _questions(found, formats)


def _default(trial: Trial) -> list[str]:
    """ISO, if some date of the file is written so."""
    return [ISO] if any(judged.order_date.has(OK).any() for judged in trial.judged) else []


def _language(found: FoundFormats) -> Iterator[Change]:
    if len(found.languages) == 1:
        because = "the names of months mean other months in other languages"
        yield Change(field="languages", value=list(found.languages[0]), because=because)


def _questions(found: FoundFormats, formats: list[str]) -> Iterator[Question]:
    for opened in found.still_open:
        answers = tuple(
            Answer(_meaning(opened, order), {"date_formats": [*formats, *mine][:_MOST_FORMATS]})
            for order, mine in opened.formats.items()
        )
        mixed = (
            "Some dates are of one order only and some of another"
            if opened.is_mixed
            else ("Every date is one in several orders")
        )
        text = f"{mixed} of day, month and year: {opened.example} is ambiguous. Which is meant?"
        yield Question("date_formats", text, answers)
    if len(found.languages) > 1:
        answers = tuple(
            Answer(f"the months are named in {', '.join(one)}", {"languages": list(one)})
            for one in found.languages
        )
        yield Question("languages", "The names of months are ambiguous.", answers)


def _meaning(opened: OpenOrder, order: Order) -> str:
    words = "/".join(_WORDS_OF_ORDER[letter] for letter in order)
    for form in opened.formats[order]:
        moment = read_declared(form, opened.example, month_numbers())
        if moment is not None:
            return f"{words}: {opened.example} is {moment.date().isoformat()}"
    return words


def _fractions(trial: Trial, changes: list[Change]) -> Iterator[Question]:
    mark = next((change.value for change in changes if change.field == "decimal"), None)
    mark = mark or trial.description.decimal
    texts = trial.refused_texts("quantity")
    rounded = [text for text in texts if quantity(text, mark, is_rounded=True)[0] == ROUNDED]
    if rounded:
        meaning = "rounded, halves away from zero; the report counts them"
        yield Question(
            "fractional_quantity",
            f"Quantities are no whole numbers: {', '.join(rounded[:3])}.",
            (Answer(meaning, {"fractional_quantity": "round"}),),
        )
