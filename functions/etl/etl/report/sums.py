"""Sums of doubles that do not depend on how a file was cut: exact until they are shown."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_MANTISSA_BITS = 53
_LOW_BITS = 26
_LOW_MASK = (1 << _LOW_BITS) - 1
# Below four million, in steps of 2**-62: a million of them fit 64 bits in two parts.
_HUGE, _MOST_VALUES = 2.0**22, 1 << 20
_FINE_BITS, _FINEST_BITS = 20, 42
_FINE, _FINEST = 2.0**_FINE_BITS, 2.0**_FINEST_BITS


@dataclass
class ExactSum:
    """Whole multiples of each power of two; `is_infinite` once a value was too large for a double.

    >>> total = ExactSum()
    >>> for part in ([1e16, 1.0], [-1e16]):
    ...     total.add(np.array(part))
    >>> total.rounded(4)
    1.0
    """

    multiples: Counter[int] = field(default_factory=Counter)
    is_infinite: bool = False

    def add(self, values: NDArray[np.float64]) -> None:
        """Take in every value; not-a-number counts as nothing."""
        finite = np.isfinite(values)
        if not finite.all():
            self.is_infinite |= bool(np.isinf(values).any())
            values = values[finite]
        if len(values) and not self._add_money(values):
            self._add_by_exponent(values)

    def _add_money(self, values: NDArray[np.float64]) -> bool:
        """The quick way for what prices mostly are: neither huge nor tiny. False: not these."""
        if len(values) > _MOST_VALUES or np.abs(values).max() >= _HUGE:
            return False
        # Scaling by powers of two is exact, and so is the difference: no bit of a value is lost.
        scaled = values * _FINE
        high = np.rint(scaled)
        low = (scaled - high) * _FINEST
        if (low != np.rint(low)).any():
            return False
        self.multiples[-_FINE_BITS] += int(high.astype(np.int64).sum())
        self.multiples[-_FINE_BITS - _FINEST_BITS] += int(low.astype(np.int64).sum())
        return True

    def _add_by_exponent(self, values: NDArray[np.float64]) -> None:
        mantissas, exponents = np.frexp(values)
        whole = np.ldexp(mantissas, _MANTISSA_BITS).astype(np.int64)
        lowest = int(exponents.min())
        places = exponents - lowest
        # In halves a double holds the sum of 2**26 of them without rounding.
        high = np.bincount(places, weights=whole >> _LOW_BITS)
        low = np.bincount(places, weights=whole & _LOW_MASK)
        for place in np.flatnonzero((high != 0) | (low != 0)).tolist():
            exponent = lowest + place - _MANTISSA_BITS
            self.multiples[exponent] += (int(high[place]) << _LOW_BITS) + int(low[place])

    def merge(self, other: "ExactSum") -> None:
        """Take in what another sum has gathered."""
        for exponent, multiple in other.multiples.items():
            self.multiples[exponent] += multiple
        self.is_infinite |= other.is_infinite

    def rounded(self, digits: int) -> float | None:
        """The sum to so many decimals; None if it does not fit a double."""
        lowest = min(0, *self.multiples) if self.multiples else 0
        total = sum(multiple << (power - lowest) for power, multiple in self.multiples.items())
        try:
            return None if self.is_infinite else round(total / (1 << -lowest), digits)
        except OverflowError:
            return None
