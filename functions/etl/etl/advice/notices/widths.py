"""Rows of another width than the header: a delimiter too many, or two rows on one line."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from etl.advice.trial import Trial
from etl.report.advice import JOINED_ROWS, Notice

# What two rows have by chance so many have not.
_FEWEST: Final = 3


def uneven_rows(trial: Trial) -> Iterator[Notice]:
    """Rows of another width, as of a delimiter too many or one within a value."""
    assert trial.header is not None
    widths = Counter(width for judged in trial.judged for width in judged.fields.malformed.values())
    there = len(trial.header.cells)
    joined = widths[2 * there - 1]
    if 0 < joined < _FEWEST:
        yield Notice(
            kind=JOINED_ROWS,
            message=f"{joined:,} {'row has' if joined == 1 else 'rows have'} {2 * there - 1:,} "
            f"fields where the header has {there:,}, as two rows without a line end between them, "
            "the last of a file and the header of another, say: put the line end in.",
        )
    if sum(widths.values()) < _FEWEST:
        return
    width, rows = widths.most_common(1)[0]
    remedy = (
        "A delimiter too many at their ends goes away, or gets a column of its own, by one more "
        "name at the end of the header line; one within a value needs quotes around it."
        if width > there
        else "Only cells of further columns may be left out at a row's end."
    )
    yield Notice(
        kind="uneven_rows",
        message=f"{rows:,} rows have {width:,} fields where the header has {there:,}. {remedy}",
    )
