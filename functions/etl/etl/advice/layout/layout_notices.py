"""What is told of a file on the way to a description that reads it."""

from typing import Final

from etl.advice.layout.detect import Layout
from etl.report.advice import Notice

MIXED: Final = Notice(
    kind="two_encodings",
    message="Some lines are UTF-8 and some are not, as of two files that were joined: no encoding "
    "reads both. Write each in UTF-8 first.",
)
QUOTED_LINES: Final = Notice(
    kind="quoted_lines",
    message="Each line stands in quotes, so that it is one value: export the file anew without "
    "quotes around lines, or take the outer ones off and halve the inner ones.",
)


def guessed(column: str, layout: Layout, place: int) -> Notice:
    name = layout.names[place] if layout.names else f"column {place + 1}"
    examples = tuple(dict.fromkeys(layout.column(place)))[:3]
    message = f"{name} is taken for {column} by its values alone. Is it?"
    return Notice(kind="guessed_column", message=message, column=column, examples=examples)


def scaled(name: str) -> Notice:
    return Notice(
        kind="scaled_column",
        column="price",
        message=f"{name} counts in another unit than whole amounts, and a description does not "
        "multiply: export amounts as 1234.50, or say by `columns` that it is meant as it is.",
    )


def of_a_row(name: str) -> Notice:
    return Notice(
        kind="total_as_price",
        column="price",
        message=f"{name} is taken for the price of one piece. If it is the whole row's, amounts "
        "count it times the quantity: export the price of one, or leave the quantity out.",
    )


def absent_columns(columns: list[str], layout: Layout) -> Notice:
    names = ", ".join(layout.names[:20]) or "no names"
    message = f"No column looks like {' or '.join(columns)}. The file has: {names}."
    return Notice(kind="missing_column", message=message, column=columns[0])
