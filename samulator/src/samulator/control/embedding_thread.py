"""Runs an application for a program that has no event loop of its own."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from samulator.control.embedding import App, run

T = TypeVar("T")


class AppThread:
    """An `App` on an event loop in another thread: its coroutines are plain methods here."""

    def __init__(self, app: App, loop: asyncio.AbstractEventLoop) -> None:
        self.app = app
        self._loop = loop

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever `App` has
        return getattr(self.app, name)

    def invoke(self, function: str, event: object = None) -> Any:  # noqa: ANN401 - JSON
        """As `App.invoke`."""
        return self._call(self.app.invoke(function, event))

    def invoke_event(self, function: str, event: object = None) -> str:
        """As `App.invoke_event`."""
        return self._call(self.app.invoke_event(function, event))

    def drain(self) -> None:
        """As `App.drain`."""
        self._call(self.app.drain())

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def run_in_thread(template: str | Path = ".", **options: Any) -> Iterator[AppThread]:  # noqa: ANN401
    """As `run`, which says what the options are; every call may block. Raises what `run` does."""
    started: Future[tuple[AppThread, asyncio.Event]] = Future()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(template, options, started)), name="samulator"
    )
    thread.start()
    try:
        app, stopped = started.result()
        try:
            yield app
        finally:
            app._loop.call_soon_threadsafe(stopped.set)
    finally:
        thread.join()


async def _serve(
    template: str | Path,
    options: dict[str, Any],
    started: "Future[tuple[AppThread, asyncio.Event]]",
) -> None:
    stopped = asyncio.Event()
    try:
        async with run(template, **options) as app:
            started.set_result((AppThread(app, asyncio.get_running_loop()), stopped))
            await stopped.wait()
    except Exception as error:
        # Whoever started it gets what the start raised; what the end raises has nobody else.
        if started.done():
            raise
        started.set_exception(error)
