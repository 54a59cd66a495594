"""Run a Python SAM application on this machine, without Docker, an AWS account or a deploy step."""

import argparse
import errno
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from samulator.cli import CommandFailed, commands

# What a disk or a folder can be blamed for; any other error is ours and shows its traceback.
_OF_THE_DISK = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EEXIST,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}


def main() -> int:
    """Runs one command; a failure that has a cause is one line on stderr and exit code 1."""
    try:
        return _run(_parsed(sys.argv[1:]))
    except KeyboardInterrupt:
        return 130


def _parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="samulator", description=__doc__)
    release = f"samulator {version('samulator')}"
    parser.add_argument("--version", action="version", version=release)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in commands(words[0] if words else None):
        command.add_to(subparsers)
    return parser.parse_args(words)


def _run(arguments: argparse.Namespace) -> int:
    run: Callable[[argparse.Namespace, Path], None] = arguments.run
    try:
        run(arguments, Path.cwd())
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough; Python would flush once more at the end and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except CommandFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        from samulator.control.project import Project

        state = Project(Path.cwd()).state
        place = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(
            f"{place}{error.strerror} (the stack's state is in {state}; LOCAL_STATE moves it)\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
