"""A process for work that may never end: a regular expression holds its interpreter to the end."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Self

_SECONDS = 60


class LimitedProcess:
    """Runs functions one after the other in one process, which is ended if one takes too long."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._process: SpawnProcess | None = None

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What `function` returns: it is of a module, and what goes in and out can be pickled."""
        if self._process is None:
            self._start()
        self._pipe.send((function, arguments))
        if not self._pipe.poll(_SECONDS):
            self.close()
            raise AssertionError(f"nothing after {_SECONDS} seconds: {function.__name__}")
        return self._pipe.recv()

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._pipe.close()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _start(self) -> None:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()


def _serve(pipe: Connection) -> None:
    while True:
        function, arguments = pipe.recv()
        pipe.send(function(*arguments))
