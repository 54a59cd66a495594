"""The process of AWS's services, told by its parent where to listen and what to make.

It stays as small as Python is until it needs what it serves with.
"""

import argparse
import select
import signal
import socket
import sys
from pathlib import Path
from types import FrameType


def main() -> None:
    """Serves until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m samulator.servers.aws", description=__doc__)
    parser.add_argument("--listening", type=int, required=True, metavar="DESCRIPTOR")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--when-called", action="store_true")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _exit)
    # Whoever calls while the services are made waits for the answer instead of being refused.
    with socket.socket(fileno=arguments.listening) as listening:
        if arguments.when_called:
            select.select([listening], [], [])
        # It takes more than a second to import, and 60 MB.
        from samulator.servers.aws.serving import serve

        serve(listening, arguments.config)


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
