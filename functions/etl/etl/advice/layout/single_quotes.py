"""Single quotes around values, which are part of them unless the description says otherwise."""

import re
from collections.abc import Iterator
from typing import Final

from etl.advice.steps import Steps, take
from etl.advice.trial import Sampled, Trial
from etl.profile.columns import MAX_COLUMNS
from etl.report.advice import Change, Notice

_EXAMPLES: Final = 3
_FEWEST: Final = 3
_SHOWN: Final = 80
_IN_QUOTES: Final = re.compile(r"'(?:[^']|'')*'", re.DOTALL)
_BECAUSE: Final = "single quotes stand around values"


def quoted_values(trial: Trial) -> Iterator[Notice]:
    """Of columns that have them around every value."""
    assert trial.header is not None
    for column in trial.header.file_names[:MAX_COLUMNS]:
        texts = {text: count for text, count in trial.texts(column).items() if text}
        if sum(texts.values()) >= _FEWEST and all(map(_IN_QUOTES.fullmatch, texts)):
            yield Notice(
                kind="quoted_values",
                column=column,
                message="Single quotes stand around these values and are part of them: a "
                'description with "quote": "\'" takes them off.',
                examples=tuple(text[:_SHOWN] for text in list(texts)[:_EXAMPLES]),
            )


def hides_values(trial: Trial) -> bool:
    """Whether quotes stand around numbers or dates, which are not read by that."""
    columns = {notice.column for notice in quoted_values(trial)}
    return not columns.isdisjoint(("quantity", "price", "order_date"))


def has_quoted_cells(text: str) -> bool:
    """Whether the first line or the one below it has a cell in single quotes.

    >>> has_quoted_cells("'order_id','product'"), has_quoted_cells("id,d'Or")
    (True, False)
    """
    return any(re.search(r"(^|[,;\t|])'[^']*'($|[,;\t|])", line) for line in text.splitlines()[:2])


def take_off(sample: Sampled, steps: Steps) -> bool:
    """Single quotes as the file's quotes, if it is read by that and no fewer rows are kept."""
    if steps.trial.description.quote is not None or b"'" not in sample.path.read_bytes():
        return False
    before = steps.trial, steps.changes
    is_taken = take(sample, steps, [Change(field="quote", value="'", because=_BECAUSE)])
    if is_taken and not steps.trial.refused and steps.trial.kept >= before[0].kept:
        return True
    steps.trial, steps.changes = before
    return False
