"""How long a call may take: API Gateway hangs up after 30 s, and nobody waits that long."""

import time

from datasets.errors import TooMuchWork


class Deadline:
    """So many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._end

    def check(self) -> None:
        """Raises TooMuchWork when the time is over."""
        if self.is_over:
            raise TooMuchWork(
                f"This takes longer than {self.seconds:g} s: ask for less, by where or by columns."
            )
