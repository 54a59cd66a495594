"""One description tried on a sample: the rules run over it, nothing is written."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from etl.clean import judgements
from etl.columns import arrow
from etl.columns.text import strip
from etl.errors import Refused
from etl.report.advice import Effect
from etl.rules.judge import CODES, KEPT, Judgement
from etl.rules.status import INVALID, OK, ROUNDED, Judged
from etl.source.description import Description
from etl.source.dialect import is_standard
from etl.source.file import Source
from etl.source.header import Header

_NUMBERS: Final = ("quantity", "price", "order_date")


@dataclass(frozen=True, slots=True)
class Sampled:
    """A small file that stands for the whole one.

    `read_by` is the description by which its text became standard CSV and UTF-8; None for the
    file's own bytes.
    """

    path: Path
    is_complete: bool
    read_by: Description | None = None

    def still_needed(self, description: Description) -> Description:
        """The description without what the text no longer has."""
        if self.read_by is None:
            return description
        gone = {"encoding": None}
        if not is_standard(self.read_by):
            gone |= {"quote": None, "escape": None, "comment": None}
        return description.model_copy(update=gone)


@dataclass(frozen=True)
class Trial:
    """What the rules make of a sample under a description; refused samples have no rows."""

    description: Description
    header: Header | None = None
    refused: Refused | None = None
    judged: tuple[Judgement, ...] = ()
    _texts: dict[str, Counter[str]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> int:
        return sum(len(judged.fields.block) for judged in self.judged)

    @cached_property
    def kept(self) -> int:
        return sum(int((judged.reasons == KEPT).sum()) for judged in self.judged)

    def dropped(self, reason: str) -> int:
        """How many rows go for this reason."""
        return sum(int((judged.reasons == CODES[reason]).sum()) for judged in self.judged)

    def texts(self, name: str) -> Counter[str]:
        """The distinct texts of a column, as its reader sees them, with their rows."""
        if name not in self._texts:
            self._texts[name] = _counted(self.judged, name)
        return self._texts[name]

    def refused_texts(self, name: str) -> Counter[str]:
        """Those that are no number or date under this description."""
        found: Counter[str] = Counter()
        for judged in self.judged:
            column = judged.numbers[name]
            counts = np.bincount(column.indices, minlength=len(column.texts))
            bad = np.flatnonzero((column.status == INVALID) & (counts > 0))
            texts = column.texts.take(arrow.column(bad)).to_pylist()
            for text, count in zip(texts, counts[bad].tolist(), strict=True):
                found[text.strip()] += count
        return found

    def effect(self, then: "Trial") -> Effect:
        """What another description does better on the same sample."""
        return Effect(
            rows=max(self.rows, then.rows),
            kept_now=self.kept,
            kept_then=then.kept,
            changed_values=_changed(self, then),
        )


def try_out(sample: Sampled, description: Description) -> Trial:
    """Let the rules read the sample by this description."""
    try:
        header, judged = judgements(Source(sample.path, sample.still_needed(description)))
    except Refused as refused:
        return Trial(description, refused=refused)
    return Trial(description, header, judged=judged)


def merged(description: Description, changes: Mapping[str, Any]) -> Description:
    """The description with some fields replaced. Raises ValidationError."""
    fields = description.model_dump(mode="json", exclude_defaults=True)
    return Description.model_validate_json(json.dumps(fields | dict(changes)))


def _counted(judgements: tuple[Judgement, ...], name: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for judged in judgements:
        encoded = strip(judged.texts[name]).dictionary_encode()
        counts = np.bincount(arrow.numbers(encoded.indices, np.int32), minlength=1)
        # A dictionary's texts are different: one step, and not one for each text.
        found.update(dict(zip(encoded.dictionary.to_pylist(), counts.tolist(), strict=False)))
    return found


def _changed(now: Trial, then: Trial) -> int:
    """Values of rows kept both times that are read as something else."""
    changed = 0
    for before, after in zip(now.judged, then.judged, strict=False):
        if len(before.reasons) != len(after.reasons):
            continue
        both = (before.reasons == KEPT) & (after.reasons == KEPT)
        for name in _NUMBERS:
            old, new = before.numbers[name], after.numbers[name]
            differs = _values(old) != _values(new)
            changed += int((differs & both).sum())
    return changed


def _values(column: Judged) -> NDArray[Any]:
    read = np.isin(column.status, (OK, ROUNDED))
    values: NDArray[Any] = np.where(read, column.distinct, 0)[column.indices]
    return values
