"""Proposals for quantities, prices and dates, and the questions that their values leave open."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from etl.advice.question import MOST_FORMATS, Answer, Question
from etl.advice.trial import Trial
from etl.advice.values.clashes import clashes, day_by
from etl.advice.values.date_questions import of_mixed_orders, of_open_orders, of_swapped_iso
from etl.advice.values.dates import (
    SPREADSHEET_DAYS,
    FoundFormats,
    find_formats,
    swapped_days,
)
from etl.advice.values.decimals import proved_mark, read_anew, won_by
from etl.advice.values.swapped_iso import swapped_iso
from etl.advice.values.words import dashes, described_words, missing_words
from etl.report.advice import Change
from etl.rules.dates import order_date
from etl.rules.numbers import price, quantity
from etl.rules.status import OK, ROUNDED
from etl.source.date_formats import ISO
from etl.source.months import month_numbers

_SHOWN: Final = 3
# What a proposal is made of: a field of a description, of lists each member by itself.
Part = tuple[str, ...]


@dataclass(slots=True)
class Proposals:
    """`changes` follow from the values, `questions` do not; `parts` are what changes consist of."""

    changes: list[Change] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def propose(trial: Trial, left_out: frozenset[Part] = frozenset()) -> Proposals:
    """For a sample that was read; `left_out` are parts that have been seen to win no row."""
    proposals = Proposals()
    _decimal(trial, proposals, left_out)
    _missing(trial, proposals, left_out)
    _dates(trial, proposals, left_out)
    proposals.questions += _fractions(trial, proposals.changes)
    return proposals


def _decimal(trial: Trial, proposals: Proposals, left_out: frozenset[Part]) -> None:
    columns = {name: trial.texts(name) for name in ("price", "quantity")}
    refused = {name: trial.refused_texts(name) for name in columns}
    # No mark reads a text that has no digit, and to ask costs many readings.
    has_digits = any(any(map(str.isdigit, text)) for found in refused.values() for text in found)
    mark = proved_mark(columns, refused) if has_digits else None
    if mark is None or mark == trial.description.decimal_mark or ("decimal",) in left_out:
        return
    name = "comma" if mark == "," else "dot"
    open_mark = _open_mark(trial, refused, mark)
    if open_mark is not None:
        # Nobody is asked where the description says which mark is meant.
        proposals.questions += [open_mark] if trial.description.decimal is None else []
        return
    texts = [text for found in refused.values() for text in found if mark in text]
    because = f"looks like a decimal {name}: {', '.join(texts[:3])}"
    proposals.changes.append(Change(field="decimal", value=mark, because=because))
    proposals.parts.append(("decimal",))


def _open_mark(
    trial: Trial, refused: Mapping[str, Mapping[str, int]], mark: str
) -> Question | None:
    """Asks where each column has more values that the mark reads anew than values that need it.

    One 12,50 beside prices like 1,250 may be a slip. Where semicolons part the columns it is the
    comma that is usual.
    """
    assert trial.header is not None
    won: dict[str, int] = {}
    anew: dict[str, int] = {}
    is_proved = mark == "," and trial.header.delimiter == ";"
    for name, texts in refused.items():
        needed = won_by(name, texts, mark)
        kept = {text: count for text, count in trial.texts(name).items() if text not in texts}
        changed = read_anew(name, kept, mark)
        is_proved = is_proved or 0 < sum(needed.values()) >= sum(changed.values())
        won |= needed
        anew |= changed
    if is_proved or not won or not anew:
        return None
    example, now = next(iter(won)), next(iter(anew))
    other = "." if mark == "," else ","
    then, stays = (f"{price(now, one)[1]:g}" for one in (mark, other))
    return Question(
        "decimal",
        f"{example} is a number by the mark {mark} alone, which makes {then} of {now}, until now "
        f"{stays}. Which is meant?",
        (
            Answer(f"{mark} is the decimal mark: {now} is {then}", {"decimal": mark}),
            Answer(
                f"{other} is the decimal mark: {now} is {stays}, rows like {example} are dropped, "
                "and nobody asks again",
                {"decimal": other},
                changes_nothing=True,
            ),
        ),
    )


def _missing(trial: Trial, proposals: Proposals, left_out: frozenset[Part]) -> None:
    parts = [
        ("missing", name, word)
        for name, words in missing_words(trial).items()
        for word in words
        if ("missing", name, word) not in left_out
    ]
    columns = described_words(trial)
    for _, name, word in parts:
        columns.setdefault(name, []).append(word)
    if parts:
        shown = ", ".join(dict.fromkeys(word for _, _, word in parts))
        counts = "; a missing quantity counts as 1" * any(
            name == "quantity" for _, name, _ in parts
        )
        because = f"these words stand for nothing: {shown}{counts}"
        proposals.changes.append(Change(field="missing", value=columns, because=because))
        proposals.parts += parts
    found = dashes(trial)
    if found:
        proposals.questions.append(_of_dashes(found, columns))


def _of_dashes(found: Mapping[str, int], columns: Mapping[str, list[str]]) -> Question:
    """In accounts a dash is nothing, which is no order; elsewhere it is a quantity not told."""
    rows, others = sum(found.values()), columns.get("quantity", [])
    stands = "rows have" if rows > 1 else "row has"
    return Question(
        "missing",
        f"{rows:,} {stands} {' or '.join(found)} as quantity. Is it missing there, which counts "
        "as 1?",
        (
            Answer("yes: it counts as 1", {"missing": {**columns, "quantity": [*others, *found]}}),
            Answer(
                "no: these rows stay dropped, and nobody asks again",
                {"missing": {**columns, "quantity": others}},
                changes_nothing=True,
            ),
        ),
    )


def _dates(trial: Trial, proposals: Proposals, left_out: frozenset[Part]) -> None:
    refused = trial.refused_texts("order_date")
    if not refused:
        return
    found = _found(trial, refused)
    clashing = clashes(trial, found.proved)
    known = list(trial.description.date_formats or _default(trial))
    swapped = swapped_iso(trial, found)
    unasked = {clash.form for clash in clashing} | {*(swapped.forms if swapped else ())}
    new = [
        form
        for form, _ in found.proved.most_common()
        if form not in unasked and ("date_formats", form) not in left_out
    ]
    formats = [*known, *new][:MOST_FORMATS]
    if len(formats) > len(known):
        because = _because(found, formats[len(known) :], trial.description.languages)
        proposals.changes.append(Change(field="date_formats", value=formats, because=because))
        proposals.parts += [("date_formats", form) for form in formats[len(known) :]]
    if len(found.languages) == 1 and ("languages",) not in left_out:
        because = "the names of months mean other months in other languages"
        languages = list(found.languages[0])
        proposals.changes.append(Change(field="languages", value=languages, because=because))
        proposals.parts.append(("languages",))
    proposals.questions += [of_mixed_orders(clash, formats) for clash in clashing]
    if swapped is not None:
        proposals.questions.append(of_swapped_iso(swapped, formats))
    proposals.questions += of_open_orders(found, formats)


def _because(found: FoundFormats, forms: list[str], languages: tuple[str, ...]) -> str:
    """The formats with texts that they read; of one alone several."""
    months = month_numbers(found.languages[0] if len(found.languages) == 1 else languages)
    texts: list[str] = []
    for form in forms:
        read = (text for text in found.texts[form] if day_by(form, text, months))
        texts += islice(read, _SHOWN // len(forms) or 1)
    return f"reads {', '.join(forms)}: {', '.join(texts[:_SHOWN])}"


def _found(trial: Trial, refused: Mapping[str, int]) -> FoundFormats:
    """ISO is known before the shapes of the others are looked at."""
    iso = [text for text in refused if order_date(text)[0] == OK]
    is_iso = set(iso)
    others = {text: count for text, count in refused.items() if text not in is_iso}
    found = find_formats(others, trial.description.languages)
    if iso:
        found.proved = Counter({ISO: sum(refused[text] for text in iso)}) + found.proved
        found.texts[ISO] = iso
    if SPREADSHEET_DAYS in found.proved:
        formats = {*trial.description.date_formats, *found.proved}
        if swapped_days(trial.texts("order_date"), formats):
            del found.proved[SPREADSHEET_DAYS]
    return found


def _default(trial: Trial) -> list[str]:
    """ISO, if some date of the file is written so."""
    return [ISO] if any(judged.order_date.has(OK).any() for judged in trial.judged) else []


def _fractions(trial: Trial, changes: list[Change]) -> Iterator[Question]:
    """Nobody is asked where the description says what is to be done with them."""
    if trial.description.fractional_quantity is not None:
        return
    mark = next((change.value for change in changes if change.field == "decimal"), None)
    mark = mark or trial.description.decimal_mark
    texts = trial.refused_texts("quantity")
    rounded = [text for text in texts if quantity(text, mark, is_rounded=True)[0] == ROUNDED]
    if rounded:
        meaning = "rounded, halves away from zero; the report counts them"
        refused = "refused: their rows are dropped as they are now, and nobody asks again"
        yield Question(
            "fractional_quantity",
            f"Quantities are no whole numbers: {', '.join(rounded[:3])}.",
            (
                Answer(meaning, {"fractional_quantity": "round"}),
                Answer(refused, {"fractional_quantity": "refuse"}, changes_nothing=True),
            ),
        )
