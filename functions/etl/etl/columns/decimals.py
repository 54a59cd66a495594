"""Decimals as most files write them, found by a look at their bytes: half the work of a pattern."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.columns.text import lengths_of, octets, offsets, padded

_ZERO, _NINE, _DOT = b"09."
_MOST_DIGITS = 15
_MOST_WHOLE, _MOST_BEHIND = 9, 5
_MOST_BYTES = 2 * _MOST_DIGITS + 1

Counts = NDArray[np.uint8]


def are_plain_decimals(values: pa.StringArray) -> NDArray[np.bool_]:
    """Which texts are `[0-9]{1,15}(\\.[0-9]{1,15})?`."""
    whole, fraction = _digits(values)
    plain: NDArray[np.bool_] = (whole > 0) & (whole <= _MOST_DIGITS) & (fraction <= _MOST_DIGITS)
    return plain


def are_shortest_decimals(values: pa.StringArray) -> NDArray[np.bool_]:
    """Which texts are empty or a number as it is written shortest, with few digits.

    That is `((0|[1-9][0-9]{0,8})(\\.[0-9]{0,4}[1-9])?)?`: so few digits read back as they are, and
    need no exponent. Writing every price to compare it would cost twice as much.
    """
    empty: NDArray[np.bool_] = lengths_of(values) == 0
    run = octets(values)
    if empty.all():
        return empty
    whole, fraction = _digits(values)
    bounds = offsets(values) - offsets(values)[0]
    is_short = (whole > 0) & (whole <= _MOST_WHOLE) & (fraction <= _MOST_BEHIND)
    # Where a value is empty these are its neighbours' bytes, which do not count.
    begins_with_zero = run.take(bounds[:-1], mode="clip") == _ZERO
    ends_with_zero = run.take(bounds[1:] - 1, mode="clip") == _ZERO
    has_needless_zero = (begins_with_zero & (whole > 1)) | (ends_with_zero & (fraction > 0))
    shortest: NDArray[np.bool_] = empty | (is_short & ~has_needless_zero)
    return shortest


def _digits(values: pa.StringArray) -> tuple[Counts, Counts]:
    """How many digits stand before the dot and behind it; none before it: not a plain decimal."""
    whole, fraction = np.zeros(len(values), np.uint8), np.zeros(len(values), np.uint8)
    is_behind_dot = np.zeros(len(values), bool)
    for characters in np.ascontiguousarray(padded(values, _MOST_BYTES).T):
        # Unsigned: what is below the digits wraps around.
        is_digit = characters - np.uint8(_ZERO) <= _NINE - _ZERO
        is_digit_behind = is_digit & is_behind_dot
        fraction += is_digit_behind
        whole += is_digit ^ is_digit_behind
        is_behind_dot |= characters == _DOT
    # Whatever else is in a text makes it longer than its digits and its first dot.
    is_plain = (whole + fraction + is_behind_dot == lengths_of(values)) & (
        is_behind_dot == (fraction > 0)
    )
    return whole * is_plain, fraction
