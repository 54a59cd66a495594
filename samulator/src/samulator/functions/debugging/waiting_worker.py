"""First code of a worker that is debugged: waits for a client, then goes on as any worker.

Runs with the standard library alone: argv is the port, the folder of debugpy, then bootstrap.py
and its arguments.
"""

import importlib
import os
import runpy
import socket
import sys
import time
from types import ModuleType

_HOST = "127.0.0.1"
_PAUSE_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 10.0
# Python's own modules are frozen: breakpoints there are no concern of a function's.
_NO_WARNING = "PYDEVD_DISABLE_FILE_VALIDATION"
_RESOLVE_LINKS = "PYDEVD_RESOLVE_SYMLINKS"


def main() -> None:
    """Listen, wait and run bootstrap.py as the program."""
    _, port, folder, *rest = sys.argv
    _wait_until_free(int(port))
    variables = {*os.environ}
    os.environ[_NO_WARNING] = "1"
    os.environ[_RESOLVE_LINKS] = str(_is_built(os.environ["LAMBDA_TASK_ROOT"]))
    debugpy = _import_from(os.path.dirname(folder))  # noqa: PTH120
    debugpy.configure(subProcess=False)
    debugpy.listen((_HOST, int(port)))
    for name in {*os.environ} - variables:
        del os.environ[name]
    sys.stderr.write(f"Waiting for a debugger on {_HOST}:{port}\n")
    debugpy.wait_for_client()
    sys.argv = rest
    sys.path[0] = os.path.dirname(rest[0])  # noqa: PTH120
    runpy.run_path(rest[0], run_name="__main__")


def _import_from(site_packages: str) -> ModuleType:
    """Only this package of the folder: what it imports later, it has with it."""
    sys.path.insert(0, site_packages)
    try:
        return importlib.import_module("debugpy")
    finally:
        sys.path.remove(site_packages)


def _is_built(task_root: str) -> bool:
    """Whether it is a folder of links: the editor then shows the files that they lead to."""
    built = os.path.dirname(os.environ["LAMBDA_RUNTIME_DIR"])  # noqa: PTH120
    return task_root.startswith(built + os.sep)


def _wait_until_free(port: int) -> None:
    """The debugger of the worker before lets go a moment after it."""
    end = time.monotonic() + _LONGEST_WAIT_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                if time.monotonic() > end:
                    raise
            else:
                return
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main()
