"""events and logs: what can be sent to functions, and what they said."""

import argparse
import sys
import time
from pathlib import Path

from samulator.called import command
from samulator.cli.command import Command, CommandFailed
from samulator.control.function_log import readable, split_stamp
from samulator.control.project import Project

_POLL_SECONDS = 0.3


def _events(_arguments: argparse.Namespace, root: Path) -> None:
    for file in sorted(Project(root).events.glob("*.json")):
        sys.stdout.write(f"{file.relative_to(root)}\n")


def _configure_logs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="a function or a service; none lists them")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as lines arrive")
    parser.add_argument("-n", "--lines", type=_count, default=50, help="how many of the last lines")
    parser.add_argument("--raw", action="store_true", help="JSON lines as they are")


def _count(text: str) -> int:
    """Raises ValueError, which argparse words, for what is no number of lines."""
    if (count := int(text)) < 0:
        raise argparse.ArgumentTypeError(f"{text} is less than none")
    return count


def _logs(arguments: argparse.Namespace, root: Path) -> None:
    folder = Project(root).state / "logs"
    known = sorted(file.stem for file in folder.glob("*.log"))
    if arguments.name is None:
        if not known:
            sys.stderr.write(f"Nothing has been logged yet; {command('up')} runs the functions.\n")
        sys.stdout.write("".join(f"{name}\n" for name in known))
        return
    if arguments.name not in known:
        raise CommandFailed(
            f"no log of {arguments.name!r}; there are: {', '.join(known) or 'none yet'}"
        )
    file = folder / f"{arguments.name}.log"
    lines = file.read_text(errors="replace").splitlines()
    _show(lines[max(0, len(lines) - arguments.lines) :], raw=arguments.raw)
    if arguments.follow:
        _follow(file, raw=arguments.raw)


def _follow(file: Path, *, raw: bool) -> None:
    with file.open(errors="replace") as stream:
        stream.seek(0, 2)
        while True:
            lines = stream.readlines()
            _show([line.rstrip("\n") for line in lines], raw=raw)
            if not lines:
                time.sleep(_POLL_SECONDS)


def _show(lines: list[str], *, raw: bool) -> None:
    for kept in lines:
        time_of_day, line = split_stamp(kept)
        if raw:
            sys.stdout.write(f"{line}\n")
        elif text := readable(line):
            sys.stdout.write(f"{time_of_day}  {text}\n" if time_of_day else f"{text}\n")
    sys.stdout.flush()


EVENTS = Command("events", "list the events that functions can be invoked with", _events)
LOGS = Command("logs", "show what a function or a service logged", _logs, _configure_logs)
