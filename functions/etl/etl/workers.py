"""Work on many pieces at a time whose results come in the order of the pieces."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


class Workers:
    """Threads: Arrow and numpy let go of the interpreter, and what they work on is shared.

    One worker is the caller itself, without any thread.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, "etl") if count > 1 else None

    def in_order(
        self, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Iterator[Result]:
        """Yield the results; as many pieces as there are workers are in memory at a time.

        An error of `work` or of `pieces` is raised in the place of its piece, or earlier.
        """
        if self._pool is None:
            yield from map(work, pieces)
            return
        waiting: deque[Future[Result]] = deque()
        try:
            for piece in pieces:
                waiting.append(self._pool.submit(work, piece))
                if len(waiting) >= self._count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def beside(self) -> "Beside":
        """Room for one sequence of work beside that of the caller."""
        return Beside(ThreadPoolExecutor(1, "etl-beside") if self._pool else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


class Beside:
    """Does one thing after the other in a thread of its own; the caller is one ahead at most."""

    def __init__(self, pool: ThreadPoolExecutor | None = None) -> None:
        self._pool = pool
        self._last: Future[None] | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Begin the work once what was begun before is done, whose error is raised here."""
        self.wait()
        if self._pool is None:
            work()
        else:
            self._last = self._pool.submit(work)

    def wait(self) -> None:
        """Return when everything is done."""
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def close(self) -> None:
        """End the thread; what it does now comes to its end first."""
        if self._pool is not None:
            self._pool.shutdown()
