"""The process that a query runs in, `python -m datasets.query.worker`: a task in, an answer out.

The engine looks at its interrupt between its steps only; one function over a great list may take a
minute of memory and time. A process can be ended whatever it does.
"""

import json
import resource
import sys
from typing import Any

from datasets.errors import InvalidInput, TooMuchWork
from datasets.query.bounds import Bounds
from datasets.query.engine import Engine

READY = "ready"
# The interpreter, the answer's rows, and what the engine does not count, beside its own memory.
_BESIDE_MB = 512
_MAX_FILE_BYTES = 64 * 1024  # of its error output; it writes nothing else to disk


def main() -> None:
    task = json.loads(sys.stdin.readline())
    bounds = Bounds(**task["bounds"])
    _bound_process(bounds)
    try:
        engine = Engine(task["paths"], bounds)
        _tell(READY)
        _tell(_done(engine, task["sql"]))
    except MemoryError:
        _tell({"error": "memory", "detail": ""})


def _done(engine: Engine, sql: str) -> dict[str, Any]:
    try:
        return {"answer": engine.answer(sql)}
    except InvalidInput as error:
        return {"error": "input", "detail": str(error)}
    except TooMuchWork as error:
        return {"error": "bounds", "detail": str(error)}


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what, allow_nan=False) + "\n")
    sys.stdout.flush()


def _bound_process(bounds: Bounds) -> None:
    """Linux counts what a process has written to or may write to; other systems ignore it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE_BYTES, _MAX_FILE_BYTES))
    if sys.platform == "linux":
        most = (bounds.memory_mb + _BESIDE_MB) * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    main()
