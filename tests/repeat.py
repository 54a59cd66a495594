"""Runs tests many times, if asked beside loops that compute: `make test-repeat TEST=...`."""

import argparse
import subprocess
import sys
from contextlib import ExitStack

LOOP = [sys.executable, "-c", "while True: pass"]


def main() -> int:
    """Exit code 1 as soon as a run fails, with what it printed."""
    arguments = _parse_arguments()
    command = [sys.executable, "-m", "pytest", "-q", *arguments.tests]
    with ExitStack() as stack:
        for _ in range(arguments.busy):
            stack.callback(stack.enter_context(subprocess.Popen(LOOP)).kill)
        for number in range(1, arguments.times + 1):
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode != 0:
                print(run.stdout, run.stderr, f"run {number} failed", sep="\n")
                return 1
    print(f"{arguments.times} runs passed")
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.repeat", description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--busy", type=int, default=0, help="how many loops compute meanwhile")
    parser.add_argument("tests", nargs="+", help="what pytest is told")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
