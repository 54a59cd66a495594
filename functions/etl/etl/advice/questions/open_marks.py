"""Numbers that are a thousand times as much by the other decimal mark, and nothing tells which."""

from collections.abc import Iterator

from etl.advice.trial import Trial
from etl.advice.values.decimals import open_column, proved_mark, read_anew
from etl.report.advice import Notice
from etl.rules.numbers import price
from etl.rules.status import OK


def asked_mark(trial: Trial) -> tuple[str, str] | None:
    """The column to ask about, and a text of it; None where something tells, or nothing is open."""
    mark = trial.description.decimal_mark
    texts, refused = _amounts(trial)
    # Who parts columns by semicolons mostly writes decimal commas.
    is_unusual = mark == "." and trial.header is not None and trial.header.delimiter == ";"
    return open_column(texts, refused, mark, is_unusual=is_unusual)


def unproved_quantities(now: Trial, then: Trial) -> Iterator[Notice]:
    """Of quantities of which the column itself does not tell which mark they have.

    Nobody is told where the description in force says it, or where it is asked.
    """
    if now.description.decimal is not None or then.refused:
        return
    mark = then.description.decimal_mark
    other = "," if mark == "." else "."
    texts, refused = _amounts(then)
    alone = ({"quantity": found["quantity"]} for found in (texts, refused))
    if proved_mark(*alone) is not None:
        return
    kept = {text: n for text, n in texts["quantity"].items() if text not in refused["quantity"]}
    anew = (text for text in read_anew("quantity", kept, other) if price(text, other)[0] == OK)
    example = next(anew, None)
    proved = proved_mark(texts, refused)
    if example is None or (proved is None and asked_mark(then) is not None):
        return
    read, meant = (f"{price(example, one)[1]:g}" for one in (mark, other))
    by = "by the decimal mark of the prices alone" if proved else "as the mark is in force"
    yield Notice(
        kind="unproved_quantities",
        column="quantity",
        message=f"{example} is read as {read} {by}; nothing in quantity itself tells it from "
        f'{meant}. If it is right, "decimal": "{mark}" in the description says so; if not, export '
        "all numbers with one mark and without thousands.",
        examples=(example,),
    )


def _amounts(trial: Trial) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """The texts of prices and quantities, and those that are refused."""
    names = ("price", "quantity")
    return (
        {name: dict(trial.texts(name)) for name in names},
        {name: dict(trial.refused_texts(name)) for name in names},
    )
