"""Starts a worker for a query, and ends it at the bounds."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, Any

from datasets.errors import InvalidInput, StorageUnavailable, TooMuchWork
from datasets.query.bounds import Bounds

# Until the engine is there: on a machine that is busy, or whose disk is cold.
_START_SECONDS = 7.0
# From the interrupt, which the engine answers with a sentence, to the end of the process.
_GRACE_SECONDS = 2.0
# The kernel's end for what takes too much, and the engine's own where an allocation is refused.
_OUT_OF_MEMORY = (-signal.SIGKILL, -signal.SIGABRT)


class WorkerFailed(Exception):
    """A fault of ours; the message is the worker's last words, for the log."""


def run_in_process(descriptors: Sequence[int], sql: str, bounds: Bounds) -> dict[str, Any]:
    """The answer to `sql` over the Parquet files that are open as `descriptors`.

    The process has no credential, no variable of the function and no file but these. Its time
    counts once it is ready. Raises InvalidInput, TooMuchWork, StorageUnavailable, WorkerFailed.
    """
    paths = [f"/dev/fd/{number}" for number in descriptors]
    task = {"paths": paths, "sql": sql, "bounds": asdict(bounds)}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as asked,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as words,
    ):
        json.dump(task, asked)
        asked.seek(0)
        worker = subprocess.Popen(  # nosec B603 # arguments of our own making
            [sys.executable, "-m", "datasets.query.worker"],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=words,
            encoding="utf-8",
            pass_fds=descriptors,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        with worker:
            answer = _answer(worker, bounds)
        words.seek(0)
        return _told(answer, worker.returncode, words.read()[-2000:], bounds)


def _answer(worker: "subprocess.Popen[str]", bounds: Bounds) -> str:
    """What the worker says, empty where it ended without a word. Raises at the end of its time."""
    said: IO[str] = worker.stdout  # type: ignore[assignment] # it is a pipe
    with _killed_after(_START_SECONDS, worker) as start:
        said.readline()
    if start.is_set():
        raise StorageUnavailable("The engine did not start in time: ask again.", code="start")
    with _killed_after(bounds.seconds + _GRACE_SECONDS, worker) as end:
        answer = said.readline()
    if end.is_set():
        raise TooMuchWork(f"The query took longer than {bounds.seconds:g} s.")
    return answer


@contextmanager
def _killed_after(seconds: float, worker: "subprocess.Popen[str]") -> Iterator[threading.Event]:
    """The event is set where the process was ended."""
    killed = threading.Event()

    def kill() -> None:
        killed.set()
        worker.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield killed
    finally:
        timer.cancel()


def _told(answer: str, returncode: int, words: str, bounds: Bounds) -> dict[str, Any]:
    told = json.loads(answer) if answer.endswith("\n") else {"error": "silent"}
    match told:
        case {"answer": dict(found)}:
            return found
        case {"error": "input", "detail": str(detail)}:
            raise InvalidInput(detail, pointer="#/sql")
        case {"error": "bounds", "detail": str(detail)}:
            raise TooMuchWork(detail)
    # Ended by a signal, or by an allocation that its limit refused where nothing catches it.
    if told["error"] == "memory" or returncode in _OUT_OF_MEMORY or "bad_alloc" in words:
        raise TooMuchWork(f"The query wanted more than {bounds.memory_mb} MB of memory.")
    raise WorkerFailed(f"ended with {returncode}: {words}")
