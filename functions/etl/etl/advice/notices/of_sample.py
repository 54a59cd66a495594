"""What is wrong with a file that no description mends."""

from collections.abc import Iterator

from etl.advice.layout.single_quotes import quoted_values
from etl.advice.notices.currencies import currency_notices
from etl.advice.notices.damaged_texts import decoded_twice
from etl.advice.notices.dates import other_calendars, swapped_spreadsheet_days, zone_abbreviations
from etl.advice.notices.decimal_marks import two_marks
from etl.advice.notices.ids import id_notices
from etl.advice.notices.swallowed_rows import swallowed_rows
from etl.advice.notices.times import time_notices, zone_names
from etl.advice.notices.unread_values import units_and_digits, unread
from etl.advice.notices.widths import uneven_rows
from etl.advice.trial import Trial
from etl.report.advice import Notice


def notices(trial: Trial) -> Iterator[Notice]:
    """Of a sample that was read."""
    for column in ("order_id", "customer_id"):
        yield from id_notices(column, trial.texts(column))
    yield from uneven_rows(trial)
    yield from two_marks(trial)
    yield from currency_notices(trial)
    yield from swallowed_rows(trial)
    told = [
        *quoted_values(trial),
        *units_and_digits(trial),
        *other_calendars(trial),
        *swapped_spreadsheet_days(trial),
        *zone_names(trial),
    ]
    yield from told
    yield from time_notices(trial)
    yield from unread(trial, {notice.column for notice in told})
    yield from decoded_twice(trial)
    yield from zone_abbreviations(trial)
