"""The profile of a column: distinct and most common values, shapes, least and greatest."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Final

import numpy as np
import pyarrow.compute as pc

from etl.columns import arrow
from etl.report.advice import ColumnProfile, Counted
from etl.rules.judge import Judgement
from etl.rules.status import OK, ROUNDED, Judged

_SHOWN: Final = 5
_LONGEST: Final = 80
_SHAPED: Final = 2000
# Columns past these are not profiled: a report is for people.
MAX_COLUMNS: Final = 60


def column_profile(
    name: str,
    source_name: str,
    texts: Mapping[str, int],
    judged: tuple[Judgement, ...],
    read_by: Mapping[str, int],
) -> ColumnProfile:
    """`texts` are the column's distinct texts with their rows."""
    filled = Counter({text: count for text, count in texts.items() if text})
    least, greatest = _bounds(name, filled, judged)
    return ColumnProfile(
        name=name,
        source_name=source_name,
        missing=texts.get("", 0),
        distinct=len(filled),
        common=_counted(filled),
        shapes=_counted(_shapes(filled)),
        minimum=least,
        maximum=greatest,
        read_by=dict(read_by),
    )


def _counted(values: Counter[str]) -> tuple[Counted, ...]:
    return tuple(
        Counted(value=_shortened(value), count=count) for value, count in values.most_common(_SHOWN)
    )


def _shapes(texts: Mapping[str, int]) -> Counter[str]:
    """9 stands for a digit, a for a run of letters; runs of five digits and more are 9+."""
    texts = dict(islice(texts.items(), _SHAPED))
    values = arrow.texts(list(texts))
    # Compiling the pattern of all letters takes two milliseconds, a hundred times the one of ASCII.
    letters = "[A-Za-z]+" if all(map(str.isascii, texts)) else r"\p{L}+"
    for pattern, shown in ((letters, "a"), (r"[0-9]", "9"), (r"9{5,}", "9+")):
        values = pc.replace_substring_regex(values, pattern, shown)
    shapes: Counter[str] = Counter()
    for shape, count in zip(values.to_pylist(), texts.values(), strict=True):
        shapes[shape] += count
    return shapes


def _bounds(
    name: str, texts: Mapping[str, int], judged: tuple[Judgement, ...]
) -> tuple[str | None, str | None]:
    """Of numbers and dates the values that were read, of texts the first and last in order."""
    if judged and name in judged[0].numbers:
        bounds = [found for one in judged if (found := _read_bounds(one.numbers[name]))]
        if not bounds:
            return None, None
        return _shown(name, min(low for low, _ in bounds)), _shown(name, max(h for _, h in bounds))
    if not texts:
        return None, None
    return _shortened(min(texts)), _shortened(max(texts))


def _read_bounds(column: Judged) -> tuple[float, float] | None:
    used = np.bincount(column.indices, minlength=len(column.texts)) > 0
    read = column.distinct[used & np.isin(column.status, (OK, ROUNDED))]
    return (read.min(), read.max()) if len(read) else None


def _shown(name: str, value: float) -> str:
    if name == "order_date":
        return str(np.datetime64(int(value), "us")).removesuffix(".000000")
    return str(int(value)) if name == "quantity" else repr(float(value))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
