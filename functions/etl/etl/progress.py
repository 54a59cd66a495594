"""A progress bar for long files, on a terminal only."""

import time
from types import TracebackType
from typing import Self, TextIO

_WIDTH = 30
_PATIENCE_SECONDS = 0.8
_EVERY_SECONDS = 0.1


class ProgressBar:
    """Both passes over a file as one bar; nothing is drawn for a file that is soon done."""

    def __init__(self, size: int, stream: TextIO) -> None:
        self._whole = 2 * size or 1
        self._stream = stream
        self._shown = stream.isatty()
        self._done = 0
        self._started = time.monotonic()
        self._next = self._started + _PATIENCE_SECONDS
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def advance(self, size: int) -> None:
        """`size` more bytes of the file were read, in either pass."""
        self._done += size
        now = time.monotonic()
        if self._shown and now >= self._next:
            self._next = now + _EVERY_SECONDS
            self._draw(now)

    def _draw(self, now: float) -> None:
        # A file with times is begun again, a zipped one is larger than it looks.
        share = min(self._done / self._whole, 0.999)
        left = (now - self._started) * (1 - share) / share
        filled = "#" * int(share * _WIDTH)
        self._stream.write(f"\r[{filled:<{_WIDTH}}] {share:4.0%}  {left:.0f} s left \x1b[K")
        self._stream.flush()
        self._drawn = True
