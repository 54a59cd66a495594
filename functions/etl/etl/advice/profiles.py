"""What the columns of a sample hold, and by how many formats they would be read."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from etl.advice.trial import Trial
from etl.advice.values.dates import find_formats
from etl.advice.values.decimals import read_by
from etl.profile.columns import MAX_COLUMNS, column_profile
from etl.report.advice import ColumnProfile, Profile
from etl.rules.dates import order_date
from etl.rules.status import OK
from etl.source.date_formats import ISO, read_declared
from etl.source.months import month_numbers

# Distinct dates that are read by every format: enough to see which would do.
_TRIED_DATES: Final = 500


def profile_of(trial: Trial) -> Profile:
    """Of a sample that was read."""
    assert trial.header is not None
    names = list(zip(trial.header.names, trial.header.source_names, strict=True))[:MAX_COLUMNS]
    return Profile(
        encoding=trial.description.encoding,
        delimiter=trial.header.delimiter,
        header_line=trial.header.line,
        columns=tuple(_column(trial, name, theirs) for name, theirs in names),
    )


def _column(trial: Trial, name: str, theirs: str) -> ColumnProfile:
    texts = trial.texts(name)
    reads: Mapping[str, int] = {}
    if name in ("price", "quantity"):
        reads = read_by(name, texts)
    elif name == "order_date":
        reads = _formats(trial)
    return column_profile(name, theirs, texts, trial.judged, reads)


def _formats(trial: Trial) -> dict[str, int]:
    """How many rows each format would read, also those between which nothing decides."""
    texts = dict(trial.texts("order_date").most_common(_TRIED_DATES))
    texts.pop("", None)
    unread = {text: count for text, count in texts.items() if order_date(text)[0] != OK}
    found = find_formats(unread, trial.description.languages)
    reads = Counter({ISO: sum(texts.values()) - sum(unread.values())}) + found.proved
    months = month_numbers(trial.description.languages)
    for opened in found.still_open:
        for form in (form for forms in opened.formats.values() for form in forms):
            reads[form] = sum(n for text, n in unread.items() if read_declared(form, text, months))
    return dict(reads.most_common())
