"""Several Lambda environments side by side: a thread each, with an event loop of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from testkit.timing import LONG_SECONDS
from tests.api_client import ApiClient


@contextmanager
def event_loop() -> Iterator[None]:
    """The loop that Mangum looks for; closed at the end, unlike the one it would make."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class Environment(threading.Thread):
    """Runs `work`; `finish` waits and raises what it raised."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        with event_loop():
            try:
                self._work()
            except BaseException as error:  # noqa: BLE001 - raised again by finish
                self._error = error

    def finish(self) -> None:
        self.join(LONG_SECONDS)
        assert not self.is_alive(), "the environment did not finish"
        if self._error is not None:
            raise self._error


def logged_in(make: Callable[[], ApiClient], count: int) -> list[ApiClient]:
    """As many environments, each with its connection: fifty logins at once take too long here."""
    environments = [make() for _ in range(count)]
    for environment in environments:
        assert environment.get("/users/").status == 200
    return environments


def run_together(works: Sequence[Callable[[], None]]) -> None:
    for environment in [Environment(work) for work in works]:
        environment.finish()
