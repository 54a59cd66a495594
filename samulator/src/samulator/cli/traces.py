"""traces: what requests spent their time on, as the functions told the X-Ray daemon."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from samulator.called import command, traced_by
from samulator.cli.command import Command, CommandFailed
from samulator.control.lock_record import start_time
from samulator.control.project import Project
from samulator.control.state import RunningStack
from samulator.functions.tracing import TRACES_FILE
from samulator.traces.journal import Journal
from samulator.traces.tree import Trace, traces
from samulator.traces.waterfall import heading, waterfall


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "id",
        nargs="?",
        help="begin of a trace's id, a value of its annotations, or last; none lists the traces",
    )
    parser.add_argument("-n", "--number", type=int, default=20, help="how many the list shows")


def _traces(arguments: argparse.Namespace, root: Path) -> None:
    state = Project(root).state
    found = traces(Journal(state / TRACES_FILE).read())
    if not found:
        sys.stderr.write(f"Nothing has been traced yet: {traced_by()}.\n")
    elif arguments.id is None:
        for trace in found[-max(arguments.number, 1) :]:
            sys.stdout.write(f"{heading(trace)}\n")
    else:
        width = shutil.get_terminal_size().columns
        for line in waterfall(_one(found, arguments.id), width, mark=_mark()):
            sys.stdout.write(f"{line}\n")
    running = RunningStack(state).read()
    if running is not None:
        sys.stderr.write(older_than(found, start_time(running.pid)))


def older_than(found: Sequence[Trace], started: float | None) -> str:
    """A line where all are of before the stack that runs now; `started` in seconds of the epoch."""
    if not found or started is None or max(trace.start for trace in found) >= started:
        return ""
    return f"All of before: the stack that runs now has traced nothing; {traced_by()}.\n"


def _one(found: list[Trace], text: str) -> Trace:
    if text == "last":
        return found[-1]
    answering = [trace for trace in found if trace.answers_to(text)]
    if not answering:
        raise CommandFailed(f"no trace of {text!r}; {command('traces')} lists those there are")
    return answering[-1]


def _mark() -> str:
    """A block where the terminal can show one."""
    try:
        "█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "="
    return "█"


TRACES = Command(
    "traces", "list what was traced, or show one trace as a waterfall", _traces, _configure
)
