"""A process that outlives the stack by a moment and kills the workers it left.

Reads "+<process group>" and "-<process group>" lines; at the end of input, which comes however
the stack ends (also by SIGKILL), it kills the groups still listed and removes their files.
Runs with the standard library alone: argv is the workers' temporary folder.
"""

import os
import shutil
import signal
import sys


def main() -> None:
    """Follow standard input to its end, then clean up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue
    shutil.rmtree(sys.argv[1], ignore_errors=True)


if __name__ == "__main__":
    main()
