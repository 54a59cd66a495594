"""What a judged block adds to the data files."""

from dataclasses import dataclass

import pyarrow as pa

from etl.sink.csv_lines import DATE_FORMS, csv_bytes, date_form_of
from etl.sink.dropped import dropped_lines
from etl.sink.table import Kept


@dataclass(frozen=True, slots=True)
class Rows:
    """Of one block: the kept rows as a table and as CSV, the dropped ones as CSV.

    `csv` is None where the dates need a longer form, `date_form`, than the file was begun with.
    """

    table: pa.Table
    date_form: str
    csv: memoryview | None
    dropped: memoryview | None


def rows_of(kept: Kept, date_form: str) -> Rows:
    """The rows of the block, dates in this form."""
    needed = date_form_of(kept.order_date)
    if DATE_FORMS.index(needed) > DATE_FORMS.index(date_form):
        return Rows(kept.table, needed, None, None)
    return Rows(kept.table, date_form, csv_bytes(kept, date_form), dropped_lines(kept.judged))
