"""From a sample and what was refused to advice: proposals, each tried, none applied."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from etl.advice.found import Found
from etl.advice.layout.single_quotes import hides_values, take_off
from etl.advice.layout.structure import QUESTIONS, REMEDIES, make_readable
from etl.advice.notices.cut_off import cut_off
from etl.advice.notices.of_sample import notices
from etl.advice.notices.several_prices import several_prices
from etl.advice.notices.told import said_once
from etl.advice.notices.totals import totals
from etl.advice.profiles import profile_of
from etl.advice.questions.asked_encodings import asked_encodings
from etl.advice.questions.choices import choices
from etl.advice.questions.open_marks import unproved_quantities
from etl.advice.steps import Steps
from etl.advice.trial import Sampled, Trial, try_out
from etl.advice.worth import with_changes, worthwhile
from etl.errors import Refused
from etl.profile.evidence import Evidence
from etl.profile.head import write_head
from etl.report.advice import (
    Advice,
    Change,
    Notice,
    RefusedValue,
    Suggestion,
)
from etl.rules.judge import DUPLICATES
from etl.source.description import Description
from etl.source.file import Source
from etl.source.header import Header

# What else a description may be the cause of.
_DESCRIBED: Final = ("duplicate_column", "empty_file", "too_many_columns")


def advise(source: Source, header: Header, evidence: Evidence) -> Advice:
    """For a file that was read; `evidence` is of the whole of it."""
    given, refused = source.description, evidence.refusals.most_frequent()
    with _written(source.above_rows(header) + evidence.text) as path:
        sample = Sampled(path, evidence.sample.is_complete, read_by=given)
        found = _find(sample, given)
        found = replace(found, notices=(*cut_off(source, header), *found.notices))
        advice = _advice(sample, found, refused)
    if source.is_text or given == Description() or not _loses_most(found.then):
        return advice
    with _head(source) as head:
        described = _find(head, given)
        better = _undescribed(head, given, described)
        return advice if better is None else _advice(head, better, refused)


def advise_on_refused(source: Source, refused: Refused) -> Advice | None:
    """For a file that was refused as a whole: by its first bytes. None where no advice helps."""
    given = source.description
    is_described = given != Description() and refused.reason in _DESCRIBED
    if refused.reason not in (*REMEDIES, *QUESTIONS) and not is_described:
        return None
    with _head(source) as head:
        found = _find(head, given)
        return _advice(head, _undescribed(head, given, found) or found, {})


def _loses_most(trial: Trial) -> bool:
    """Whether fewer than half of the rows are kept, without those that repeat others."""
    repeats = sum(map(trial.dropped, DUPLICATES))
    return trial.kept * 2 < trial.rows - repeats


def _undescribed(sample: Sampled, given: Description, found: Found) -> Found | None:
    """The sample without a field of its description, else without all of them.

    None unless that keeps more rows and changes no value.
    """
    tried = [_find(sample, fewer) for fewer in _smaller(given)]
    if not tried:
        return None
    best = max(tried, key=lambda one: (one.then.kept, -len(one.changes)))
    won = best.then.kept - found.then.kept
    is_simpler = won == 0 and bool(found.now.refused) and best.then.kept > 0 and not best.changes
    if (won <= 0 and not is_simpler) or found.now.effect(best.then).changed_values:
        return None
    return replace(best, now=found.now, changes=(*_left_out(given, best), *best.changes))


def _smaller(given: Description) -> Iterator[Description]:
    fields = given.model_dump(mode="json", exclude_defaults=True)
    for name in fields:
        rest = {other: value for other, value in fields.items() if other != name}
        with suppress(ValidationError):
            yield Description.model_validate_json(json.dumps(rest))
    if len(fields) > 1:
        yield Description()


def _left_out(given: Description, best: Found) -> list[Change]:
    """What is given and no longer described."""
    then = best.then.description.model_dump(mode="json", exclude_defaults=True)
    fields = given.model_dump(mode="json", exclude_defaults=True)
    what = "it" if then else "the description"
    because = f"without {what} {best.then.kept} of {best.then.rows} rows are kept"
    return [Change(field=name, value=None, because=because) for name in fields if name not in then]


@contextmanager
def _head(source: Source) -> Iterator[Sampled]:
    with tempfile.TemporaryDirectory(prefix="etl-") as folder:
        path = Path(folder) / "head"
        yield Sampled(path, write_head(source.path, path))


@contextmanager
def _written(text: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="etl-") as folder:
        path = Path(folder) / "sample"
        path.write_bytes(text)
        yield path


def _advice(
    sample: Sampled, found: Found, refused: Mapping[str, tuple[RefusedValue, ...]]
) -> Advice:
    advice = Advice(
        rows=max(found.now.rows, found.then.rows),
        is_complete=sample.is_complete,
        refused=dict(refused),
        choices=(
            *found.choices,
            *choices(sample, found.now, found.then, found.asked, found.questions),
        ),
        notices=said_once(found.notices),
    )
    if found.then.refused:
        return advice
    return advice.model_copy(
        update={
            "profile": profile_of(found.then),
            "suggestion": _suggestion(found),
            "notices": said_once(
                (
                    *found.notices,
                    *_nothing_kept(found),
                    *notices(found.then),
                    *unproved_quantities(found.now, found.then),
                    *several_prices(found.now, found.then),
                    *totals(found.then if found.now.refused else found.now),
                )
            ),
        }
    )


def _find(sample: Sampled, given: Description) -> Found:
    now = try_out(sample, given)
    if now.refused and now.refused.reason == "undecodable":
        several = asked_encodings(sample, now, _find)
        if several is not None:
            return several
    steps = make_readable(sample, now) if now.refused else Steps(now)
    if steps.trial.refused:
        question = QUESTIONS.get(steps.trial.refused.reason)
        questions = (*steps.questions, *((question,) if question else ()))
        changes, told = tuple(steps.changes), tuple(steps.notices)
        return Found(now, steps.trial, steps.trial, changes, questions, told)
    if hides_values(steps.trial):
        take_off(sample, steps)
    proposals = worthwhile(sample, steps.trial)
    then = base = with_changes(sample, steps.trial, proposals.changes)
    asked = proposals
    if proposals.questions:
        asked = worthwhile(sample, steps.trial, is_answered=True)
        base = with_changes(sample, steps.trial, asked.changes)
    changes = (*steps.changes, *proposals.changes)
    return Found(now, then, base, changes, tuple(asked.questions), tuple(steps.notices))


def _nothing_kept(found: Found) -> Iterator[Notice]:
    """Of a refused file that can be read, and of which no row is kept all the same: why."""
    if not found.now.refused or found.then.kept:
        return
    described = found.then.description.model_dump(mode="json", exclude_defaults=True)
    for column in ("order_date", "quantity", "price"):
        texts = list(found.then.refused_texts(column))
        if texts:
            yield Notice(
                kind="nothing_kept",
                column=column,
                message=f"Read by {json.dumps(described, ensure_ascii=False)} the file has its "
                "columns, and no row is kept: these values are refused.",
                examples=tuple(texts[:3]),
            )


def _suggestion(found: Found) -> Suggestion | None:
    effect = found.now.effect(found.then)
    if not found.changes or effect.more_rows <= 0:
        return None
    described = found.then.description.model_dump(mode="json", exclude_defaults=True)
    return Suggestion(description=described, changes=found.changes, effect=effect)
