"""What a rule says about one value."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

OK: Final = 0
MISSING: Final = 1
INVALID: Final = 2

Verdicts = tuple[NDArray[Any], NDArray[np.uint8]]
"""Values and their status, side by side."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The distinct values of a column with their status, and which of them each row has.

    `texts` are the same values as the file has them, blanks included.
    """

    texts: pa.StringArray
    distinct: NDArray[Any]
    status: NDArray[np.uint8]
    indices: NDArray[np.int32]

    def values_of(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        return self.distinct[self.indices[rows]]

    def has(self, status: int) -> NDArray[np.bool_]:
        """Whether each row has this status."""
        found: NDArray[np.bool_] = (self.status == status)[self.indices]
        return found
