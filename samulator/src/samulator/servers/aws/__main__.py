"""The process of AWS's services: `python -m samulator.servers.aws --port 4566 --config FILE`."""

import argparse
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

_BACKLOG = 128


def main() -> None:
    """Serves until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m samulator.servers.aws", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _exit)
    # Whoever calls while the services are made waits for the answer instead of being refused.
    with socket.create_server((arguments.host, arguments.port), backlog=_BACKLOG) as listening:
        # It takes more than a second to import.
        from samulator.servers.aws.serving import serve

        serve(listening, arguments.config)


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
