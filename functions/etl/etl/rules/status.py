"""What a rule says about one value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.columns import arrow

OK: Final = 0
MISSING: Final = 1
INVALID: Final = 2
ROUNDED: Final = 3

Verdicts = tuple[NDArray[Any], NDArray[np.uint8]]
"""Values and their status, side by side."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Values of a column with their status, and which of them each row has.

    Each value is there once, or where most rows differ, once for each row. `texts` are the same
    values as the file has them, blanks included.
    """

    texts: pa.StringArray
    distinct: NDArray[Any]
    status: NDArray[np.uint8]
    indices: NDArray[np.int32]

    def values_where(self, chosen: pa.BooleanArray) -> NDArray[Any]:
        indices = arrow.column(self.indices).filter(chosen)
        return arrow.numbers(arrow.column(self.distinct).take(indices), self.distinct.dtype.type)

    def has(self, status: int) -> NDArray[np.bool_]:
        """Whether each row has this status."""
        found: NDArray[np.bool_] = (self.status == status).take(self.indices)
        return found


def judged_singly(
    values: pa.StringArray, rows: NDArray[np.int64], judge: Callable[[str], tuple[int, Any]]
) -> Verdicts:
    """Some of the values by a rule that gives one text's status and value; each text once."""
    encoded = values.take(arrow.column(rows)).dictionary_encode()
    verdicts = [judge(text) for text in encoded.dictionary.to_pylist()]
    which = arrow.numbers(encoded.indices, np.int32)
    judged = np.array([value for _, value in verdicts])
    return judged[which], np.array([status for status, _ in verdicts], np.uint8)[which]
