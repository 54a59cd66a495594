"""From a sample and what was refused to advice: proposals, each tried, none applied."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.advice.dates import find_formats
from etl.advice.decimals import read_by
from etl.advice.notices import notices
from etl.advice.structure import REMEDIES, Steps, make_readable
from etl.advice.trial import Sampled, Trial, merged, try_out
from etl.advice.values import Answer, Question
from etl.advice.worth import with_changes, worthwhile
from etl.errors import Refused
from etl.profile.columns import MAX_COLUMNS, column_profile
from etl.profile.evidence import Evidence
from etl.profile.head import write_head
from etl.report.advice import (
    Advice,
    Change,
    Choice,
    ColumnProfile,
    Notice,
    Option,
    Profile,
    RefusedValue,
    Suggestion,
)
from etl.rules.dates import order_date
from etl.rules.status import OK
from etl.source.date_formats import ISO, read_declared
from etl.source.description import Description
from etl.source.file import Source
from etl.source.header import Header
from etl.source.months import month_numbers

# Distinct dates that are read by every format: enough to see which would do.
_TRIED_DATES: Final = 500


@dataclass(frozen=True, slots=True)
class Found:
    """How a sample is read as it is described, as it might be, and as it is to be asked about.

    `asked` has what wins rows together with an answer only, as a decimal mark of undated rows.
    """

    now: Trial
    then: Trial
    asked: Trial
    changes: tuple[Change, ...]
    questions: tuple[Question, ...] = ()
    notices: tuple[Notice, ...] = ()


def advise(source: Source, header: Header, evidence: Evidence) -> Advice:
    """For a file that was read; `evidence` is of the whole of it."""
    with _written(source.above_rows(header) + evidence.sample.text) as path:
        sample = Sampled(path, evidence.sample.is_complete, is_standard=True)
        return _advice(sample, source.description, evidence.refusals.most_frequent())


def advise_on_refused(source: Source, refused: Refused) -> Advice | None:
    """For a file that was refused as a whole: by its first bytes. None where no advice helps."""
    if refused.reason not in REMEDIES:
        return None
    with tempfile.TemporaryDirectory(prefix="etl-") as folder:
        path = Path(folder) / "head"
        is_complete = write_head(source.path, path)
        return _advice(Sampled(path, is_complete), source.description, {})


@contextmanager
def _written(text: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="etl-") as folder:
        path = Path(folder) / "sample"
        path.write_bytes(text)
        yield path


def _advice(
    sample: Sampled, given: Description, refused: Mapping[str, tuple[RefusedValue, ...]]
) -> Advice:
    found = _find(sample, given)
    advice = Advice(
        rows=max(found.now.rows, found.then.rows),
        is_complete=sample.is_complete,
        refused=dict(refused),
        choices=tuple(_choices(sample, found)),
        notices=found.notices,
    )
    if found.then.refused:
        return advice
    return advice.model_copy(
        update={
            "profile": _profile(found.then, given),
            "suggestion": _suggestion(found),
            "notices": (*found.notices, *notices(found.then)),
        }
    )


def _find(sample: Sampled, given: Description) -> Found:
    now = try_out(sample, given)
    steps = make_readable(sample, now) if now.refused else Steps(now)
    if steps.trial.refused:
        return Found(now, steps.trial, steps.trial, tuple(steps.changes), (), tuple(steps.notices))
    proposals = worthwhile(sample, steps.trial)
    then = base = with_changes(sample, steps.trial, proposals.changes)
    asked = proposals
    if proposals.questions:
        asked = worthwhile(sample, steps.trial, is_answered=True)
        base = with_changes(sample, steps.trial, asked.changes)
    changes = (*steps.changes, *proposals.changes)
    return Found(now, then, base, changes, tuple(asked.questions), tuple(steps.notices))


def _suggestion(found: Found) -> Suggestion | None:
    effect = found.now.effect(found.then)
    if not found.changes or effect.more_rows <= 0:
        return None
    described = found.then.description.model_dump(mode="json", exclude_defaults=True)
    return Suggestion(description=described, changes=found.changes, effect=effect)


def _choices(sample: Sampled, found: Found) -> Iterator[Choice]:
    """Answers that keep rows which the suggestion alone does not."""
    for question in found.questions:
        options = [
            option
            for answer in question.answers
            if (option := _option(sample, found, answer)).effect.kept_then > found.then.kept
        ]
        if options:
            yield Choice(field=question.field, question=question.text, options=tuple(options))


def _option(sample: Sampled, found: Found, answer: Answer) -> Option:
    tried = try_out(sample, merged(found.asked.description, answer.fields))
    described = tried.description.model_dump(mode="json", exclude_defaults=True)
    return Option(meaning=answer.meaning, description=described, effect=found.now.effect(tried))


def _profile(trial: Trial, given: Description) -> Profile:
    assert trial.header is not None
    names = list(zip(trial.header.names, trial.header.source_names, strict=True))[:MAX_COLUMNS]
    return Profile(
        encoding=trial.description.encoding or given.encoding,
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
