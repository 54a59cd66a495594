"""One search server and its guard: `--host H --port P --server OSMEM`."""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from functools import partial
from types import FrameType
from typing import IO
from urllib.parse import urlsplit

from samulator.servers.process import die_with_parent
from samulator.servers.search.guard import Guard
from samulator.servers.search.isolation import hidden_address, isolate


def main() -> int:
    """Serves until SIGTERM, or until the server ends, whose exit code it returns."""
    parser = argparse.ArgumentParser(prog="python -m samulator.servers.search", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--server", required=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _exit)
    guard = Guard((arguments.host, arguments.port))
    place = "127.0.0.1" if isolate() else hidden_address()
    with _start(arguments.server, place) as server:
        assert server.stdout is not None
        try:
            _serve(guard, server.stdout)
        finally:
            server.terminate()
    return server.returncode


def _start(server: str, place: str) -> "subprocess.Popen[str]":
    command = [server, "--addr", f"{place}:0", "--no-stdin-watch", "--parent-pid"]
    return subprocess.Popen(  # noqa: S603 # nosec B603 # our own server
        [*command, str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=partial(die_with_parent, signal.SIGKILL),
    )


def _serve(guard: Guard, output: IO[str]) -> None:
    """Listens once the server has said where it does, until it says no more."""
    for line in output:
        sys.stdout.write(line)
        sys.stdout.flush()
        if line.startswith("{"):
            place = urlsplit(json.loads(line)["url"])
            guard.inner = (place.hostname or "", place.port or 0)
            guard.server_activate()
            threading.Thread(target=guard.serve_forever, daemon=True).start()


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
