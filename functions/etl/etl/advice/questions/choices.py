"""What a person has to decide: the questions that the values leave open, with measured answers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Final

from etl.advice.question import Answer, Question, fields_of
from etl.advice.questions.open_marks import asked_mark
from etl.advice.questions.repeated_orders import repeated_orders
from etl.advice.questions.swapped_columns import swapped_columns
from etl.advice.trial import Sampled, Trial, merged, try_out
from etl.advice.values.words import TextWords, described_words, kept_cells, words_in_texts
from etl.report.advice import Choice, Option
from etl.rules.numbers import price

# Each option costs a reading of the sample.
_MOST_TOGETHER: Final = 12
_SHOWN: Final = 5


def choices(
    sample: Sampled, now: Trial, then: Trial, asked: Trial, questions: Sequence[Question]
) -> Iterator[Choice]:
    """Answers that keep rows which the suggestion, `then`, does not; `asked` is what they go with.

    Questions of which an answer alone wins nothing are asked together with the others.
    """
    found = [_choice(sample, now, then.kept, asked, question) for question in questions]
    yield from filter(None, found)
    if None in found and len(found) > 1:
        alone = [option.effect.kept_then for choice in found if choice for option in choice.options]
        most = max([then.kept, *alone])
        together = _choice(sample, now, most, asked, _together(questions))
        if together is not None:
            yield together
    if not then.refused:
        for question in repeated_orders(then):
            choice = _choice(sample, now, then.kept, then, question)
            if choice is not None:
                yield choice
        swapped = swapped_columns(now, then)
        if swapped is not None:
            yield _offered(sample, now, then, swapped)
        yield from _of_mark(sample, now, then)
        for words in words_in_texts(then):
            yield _of_words(sample, now, then, words)


def _choice(
    sample: Sampled, now: Trial, least: int, asked: Trial, question: Question
) -> Choice | None:
    """None where no answer keeps more than `least` rows, nor reads a file that is refused else."""
    tried = [_tried(sample, asked, answer) for answer in question.answers]
    options = [
        (answer, _measured(now, trial, answer))
        for answer, trial in zip(question.answers, tried, strict=True)
    ]
    winning = [
        option
        for (_, option), trial in zip(options, tried, strict=True)
        if option.effect.kept_then > least or (asked.refused and not trial.refused)
    ]
    if not winning:
        return None
    offered = [option for answer, option in options if answer.changes_nothing or option in winning]
    return Choice(field=question.field, question=question.text, options=tuple(offered))


def _option(sample: Sampled, now: Trial, asked: Trial, answer: Answer) -> Option:
    return _measured(now, _tried(sample, asked, answer), answer)


def _tried(sample: Sampled, asked: Trial, answer: Answer) -> Trial:
    return try_out(sample, merged(asked.description, answer.fields))


def _measured(now: Trial, tried: Trial, answer: Answer) -> Option:
    described = tried.description.model_dump(mode="json", exclude_defaults=True)
    return Option(meaning=answer.meaning, description=described, effect=now.effect(tried))


def _together(questions: Sequence[Question]) -> Question:
    """Each answer to one with each to the others, the first few of them."""
    winning = ([one for one in q.answers if not one.changes_nothing] for q in questions)
    pairs = islice(product(*winning), _MOST_TOGETHER)
    return Question(
        ", ".join(dict.fromkeys(question.field for question in questions)),
        " ".join(question.text for question in questions),
        tuple(
            Answer("; ".join(answer.meaning for answer in answers), fields_of(answers))
            for answers in pairs
        ),
    )


# ---- what no row is lost by


def _of_mark(sample: Sampled, now: Trial, then: Trial) -> Iterator[Choice]:
    """Numbers that are a thousand times as much by the other decimal mark.

    Nobody is asked where the description says which mark is meant.
    """
    if then.description.decimal is not None:
        return
    open_mark = asked_mark(then)
    if open_mark is None:
        return
    name, example = open_mark
    mark = then.description.decimal_mark
    other = "," if mark == "." else "."
    read, meant = price(example, mark)[1], price(example, other)[1]
    yes = Answer(f"yes: it is {read:g}, and nobody asks again", {"decimal": mark})
    no = Answer(f"no: it is {meant:g}, for all numbers of the file", {"decimal": other})
    question = Question(
        "decimal",
        f"Each {name} with a mark has three digits behind it, so that nothing tells "
        f"thousands from decimals: {example} is read as {read:g}. Is that right?",
        (yes, no),
    )
    yield _offered(sample, now, then, question)


def _offered(sample: Sampled, now: Trial, then: Trial, question: Question) -> Choice:
    """With every answer, whatever it wins."""
    options = tuple(_option(sample, now, then, answer) for answer in question.answers)
    return Choice(field=question.field, question=question.text, options=options)


def _of_words(sample: Sampled, now: Trial, then: Trial, found: TextWords) -> Choice:
    shown = ", ".join(f"{word} ({count:,})" for word, count in found.counts[:_SHOWN])
    is_id = found.column == "order_id"
    what = "rows without an order id are dropped" if is_id else "these cells are empty then"
    no = "no: they are what they say, and nobody asks again"
    return Choice(
        field="missing",
        question=f"{found.column} has texts that often stand for a missing value: {shown}. "
        "Do they?",
        options=(
            _texts_option(sample, now, then, found, f"yes: {what}"),
            _texts_option(sample, now, then, replace(found, counts=()), no),
        ),
    )


def _texts_option(
    sample: Sampled, now: Trial, then: Trial, found: TextWords, meaning: str
) -> Option:
    words = tuple(word for word, _ in found.counts)
    columns = described_words(then)
    columns[found.column] = [*columns.get(found.column, []), *words]
    tried = try_out(sample, merged(then.description, {"missing": columns}))
    effect = now.effect(tried)
    changed = effect.changed_values + kept_cells(tried, found.column, words)
    return Option(
        meaning=meaning,
        description=tried.description.model_dump(mode="json", exclude_defaults=True),
        effect=effect.model_copy(update={"changed_values": changed}),
    )
