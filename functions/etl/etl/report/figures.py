"""Counts and sums of a run, gathered block by block and merged in any order."""

from collections import Counter
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from etl.report.model import DateRange, Findings, QuantityCounts, Reading, Sums
from etl.report.quoting import quoted, quoted_reading
from etl.report.sums import ExactSum
from etl.rules.judge import CODES, DUPLICATES, KEPT, REASONS
from etl.rules.status import MISSING, ROUNDED
from etl.sink.table import Kept

# Sums of money are shown to a hundredth of a cent.
_DECIMALS = 4


@dataclass
class Figures:
    """`rows_in == rows_out + duplicates + rejected` holds after every block."""

    rows_in: int = 0
    rows_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    lost_orders: int = 0
    short_rows: int = 0
    filled_quantity: int = 0
    negative_quantity: int = 0
    zero_quantity: int = 0
    rounded_quantity: int = 0
    gaps: Counter[str] = field(default_factory=Counter)
    orders_per_month: Counter[str] = field(default_factory=Counter)
    first_date: np.datetime64 | None = None
    last_date: np.datetime64 | None = None
    quantity_sum: int = 0
    price_sum: ExactSum = field(default_factory=ExactSum)
    amount_sum: ExactSum = field(default_factory=ExactSum)

    @property
    def duplicates(self) -> int:
        return sum(self.reasons[name] for name in DUPLICATES)

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values()) - self.duplicates

    def add(self, kept: Kept) -> None:
        """Take in one judged block and the rows that stay of it."""
        fields = kept.judged.fields
        self.rows_in += len(fields.block)
        self.rows_out += len(kept)
        if len(fields.completed):
            self.short_rows += int(np.isin(fields.completed, kept.rows).sum())
        codes = np.bincount(kept.judged.reasons, minlength=len(REASONS))
        codes[CODES["malformed_row"]] += len(fields.malformed)
        codes[KEPT] = 0
        self.reasons.update({name: int(n) for name, n in zip(REASONS, codes, strict=True) if n})
        if len(kept):
            self._add_values(kept)
        self.check()

    def merge(self, other: "Figures") -> None:
        """Take in what was gathered of other rows of the same file."""
        for gathered in fields(self):
            mine, theirs = getattr(self, gathered.name), getattr(other, gathered.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            elif isinstance(mine, ExactSum):
                mine.merge(theirs)
            elif isinstance(mine, int):
                setattr(self, gathered.name, mine + theirs)
        self._widen(other.first_date, other.last_date)
        self.check()

    def findings(self, reading: Reading) -> Findings:
        """What was gathered, for the report."""
        return Findings(
            rows_in=self.rows_in,
            rows_out=self.rows_out,
            duplicates=self.duplicates,
            rejected=self.rejected,
            reasons={name: self.reasons[name] for name in REASONS[KEPT + 1 :]},
            lost_orders=self.lost_orders,
            short_rows=self.short_rows,
            quantity=QuantityCounts(
                filled=self.filled_quantity,
                negative=self.negative_quantity,
                zero=self.zero_quantity,
                rounded=self.rounded_quantity,
            ),
            gaps={quoted(name): self.gaps[name] for name in reading.columns},
            sums=Sums(
                quantity=self.quantity_sum,
                price=self.price_sum.rounded(_DECIMALS),
                amount=self.amount_sum.rounded(_DECIMALS),
            ),
            order_dates=DateRange(first=_iso(self.first_date), last=_iso(self.last_date)),
            orders_per_month=dict(sorted(self.orders_per_month.items())),
            reading=quoted_reading(reading),
        )

    def check(self) -> None:
        """Raises RuntimeError if a row has been lost or counted twice."""
        if self.rows_in != self.rows_out + self.duplicates + self.rejected:
            raise RuntimeError(
                f"rows do not add up: {self.rows_in} in, {self.rows_out} out, "
                f"{self.duplicates} duplicates, {self.rejected} rejected"
            )

    def _add_values(self, kept: Kept) -> None:
        for name, column in zip(kept.table.column_names, kept.table.columns, strict=True):
            self.gaps[name] += column.null_count
        filled = kept.count_of(kept.judged.quantity, MISSING)
        self.filled_quantity += filled
        self.gaps["quantity"] += filled
        self.rounded_quantity += kept.count_of(kept.judged.quantity, ROUNDED)
        self.negative_quantity += int((kept.quantity < 0).sum())
        self.zero_quantity += int((kept.quantity == 0).sum())
        self.quantity_sum += _exact_sum(kept.quantity)
        self.price_sum.add(kept.price)
        with np.errstate(over="ignore"):
            self.amount_sum.add(kept.quantity * kept.price)
        self._add_dates(kept)

    def _add_dates(self, kept: Kept) -> None:
        judged = kept.judged.order_date
        counts = np.bincount(judged.indices[kept.rows], minlength=len(judged.distinct))
        dates, counts = judged.distinct[counts > 0].view("datetime64[us]"), counts[counts > 0]
        self._widen(dates.min(), dates.max())
        months, places = np.unique(dates.astype("datetime64[M]"), return_inverse=True)
        sums = np.zeros(len(months), np.int64)
        np.add.at(sums, places, counts)
        self.orders_per_month.update(dict(zip(map(str, months), sums.tolist(), strict=True)))

    def _widen(self, first: np.datetime64 | None, last: np.datetime64 | None) -> None:
        if first is not None:
            self.first_date = first if self.first_date is None else min(first, self.first_date)
        if last is not None:
            self.last_date = last if self.last_date is None else max(last, self.last_date)


def _exact_sum(values: NDArray[np.int64]) -> int:
    """In 64 bits where that cannot overflow, else in Python's integers."""
    if np.abs(values.astype(np.float64)).sum() < 2**62:
        return int(values.sum())
    return sum(values.tolist())


def _iso(moment: np.datetime64 | None) -> str | None:
    return None if moment is None else str(moment).removesuffix(".000000")
