"""The questions that dates leave open: orders of day and month, swapped days, names of months."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from etl.advice.question import MOST_FORMATS, Answer, Question
from etl.advice.values.clashes import Clash
from etl.advice.values.dates import FoundFormats, OpenOrder, Order
from etl.advice.values.swapped_iso import SwappedIso
from etl.source.date_formats import ISO, read_declared
from etl.source.months import month_numbers

_WORDS_OF_ORDER: Final = {"d": "day", "m": "month", "y": "year", "Y": "year"}


def of_mixed_orders(clash: Clash, formats: list[str]) -> Question:
    """Dates of two orders in one file: which of them is the one that the others have?"""
    text = (
        f"Some dates are of one order only and some of another of day, month and year: "
        f"{clash.unread} is read by {clash.form} alone, and {clash.example} is ambiguous. "
        "Which is meant?"
    )
    stay = f"as until now, {clash.form} for the others: {clash.example} is {clash.now}"
    turn = f"{clash.form} wherever it reads a date: {clash.example} is {clash.then}"
    others = [form for form in formats if form != clash.form]
    answers = (
        Answer(stay, {"date_formats": [*others, clash.form][:MOST_FORMATS]}),
        Answer(turn, {"date_formats": [clash.form, *others][:MOST_FORMATS]}),
    )
    return Question("date_formats", text, answers)


def of_swapped_iso(swapped: SwappedIso, formats: list[str]) -> Question:
    """Did a spreadsheet take the dates of the others' order for days and months of its own?"""
    forms = ", ".join(swapped.forms)
    others = [form for form in formats if form != ISO]
    return Question(
        "date_formats",
        f"No ISO date has a day past 12, and every other date has one ({swapped.unread}): a "
        "spreadsheet may have swapped day and month of those that it could. Does "
        f"{swapped.example} mean {_in_words(swapped.now)}?",
        (
            Answer(
                f"yes, and the others are of {forms}",
                {"date_formats": [*formats, *swapped.forms][:MOST_FORMATS]},
            ),
            Answer(
                f"no, it means {_in_words(swapped.then)}, and all of its form are swapped",
                {"date_formats": [*swapped.turned, *others, *swapped.forms][:MOST_FORMATS]},
            ),
        ),
    )


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def of_open_orders(found: FoundFormats, formats: list[str]) -> Iterator[Question]:
    for opened in found.still_open:
        answers = tuple(
            Answer(_meaning(opened, order), {"date_formats": [*formats, *mine][:MOST_FORMATS]})
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
            Answer(
                f"the months are named in {', '.join(one)}",
                {"languages": list(one)}
                | ({"date_formats": [*formats, *found.named]} if found.named else {}),
            )
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
