"""The question whether rows of one order's id are rows of their own."""

from collections.abc import Iterator

from etl.advice.question import Answer, Question
from etl.advice.questions.order_lines import open_key
from etl.advice.trial import Trial


def repeated_orders(trial: Trial) -> Iterator[Question]:
    """Asked where columns would tell such rows apart, and nothing tells what they are."""
    found = open_key(trial)
    if found is None:
        return
    key, (first, second) = found
    parting = [name for name in key[1:] if first[name] != second[name]]
    before, behind = (", ".join(row[name] for name in parting) for row in (first, second))
    yes = "lines, refunds or orders under numbers that begin anew: they are rows of their own"
    no = "the order again, corrected or sent twice: its first row counts, as it does now"
    yield Question(
        "key",
        f"Rows repeat an order's id and differ in {', '.join(parting)}: {first['order_id']} has "
        f"{before} and then {behind}. What are they?",
        (Answer(yes, {"key": list(key)}), Answer(no, {}, changes_nothing=True)),
    )
