"""What a rule says about one value."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

OK: Final = 0
MISSING: Final = 1
INVALID: Final = 2


@dataclass(frozen=True, slots=True)
class Judged:
    """Values and their status, side by side."""

    values: NDArray[Any]
    status: NDArray[np.uint8]

    def take(self, indices: NDArray[np.int32]) -> "Judged":
        return Judged(self.values[indices], self.status[indices])

    def is_(self, status: int) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.status == status
        return found
