"""up, down and reset: the life of the stack."""

import argparse
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from samulator.called import command
from samulator.cli.command import Command, CommandFailed
from samulator.cli.options import add_start_options, opened, ports_of
from samulator.control.local_toml import ProjectError
from samulator.control.project import Project
from samulator.control.start_invokes import StartFailed
from samulator.control.state import AlreadyRunning, RunningStack, StateGone
from samulator.control.up import run_in_workers
from samulator.functions.debugging import DebuggerMissing, InvalidTarget
from samulator.functions.packages import PackageError
from samulator.servers.ports import InvalidPort, PortTaken
from samulator.servers.process import ServiceFailed
from samulator.sqlite_file import FileUnusable
from samulator.template.model import TemplateError

EXPECTED = (
    AlreadyRunning,
    DebuggerMissing,
    FileUnusable,
    InvalidPort,
    InvalidTarget,
    PackageError,
    PortTaken,
    ProjectError,
    ServiceFailed,
    StartFailed,
    StateGone,
    TemplateError,
)
# What `reset` wipes: the data and its logs, not the built packages.
_DATA = (
    *("postgres", "postgres.password", "aws", "aws.json", "aws-problems.json"),
    *("logs", "requests"),
)
_DATA_BY_PATTERN = ("events.sqlite*", "traces.jsonl*", "postgres-unfinished-*")


def _configure_up(parser: argparse.ArgumentParser) -> None:
    add_start_options(parser)
    parser.add_argument(
        "--debug",
        action="append",
        default=[],
        metavar="FUNCTION[:PORT]",
        help="have this function wait for a debugpy client (5678 and so on); may be repeated",
    )
    parser.add_argument(
        "--allow-aws",
        action="store_true",
        help="let functions reach AWS itself where their code names it",
    )
    parser.add_argument(
        "--iam",
        action="store_true",
        help="give each function its role's credentials and enforce the role's policies",
    )


def _up(arguments: argparse.Namespace, root: Path) -> None:
    try:
        project = _project(arguments, root)
        run_in_workers(project, ports_of(project), arguments.debug)
    except EXPECTED as error:
        raise CommandFailed(str(error)) from error


def _project(arguments: argparse.Namespace, root: Path) -> Project:
    """What the files say, and the flags on top of it; raises ProjectError."""
    project = opened(arguments, root)
    return replace(
        project,
        allow_aws=project.allow_aws or arguments.allow_aws,
        iam=project.iam or arguments.iam,
    )


def _down(_arguments: argparse.Namespace, root: Path) -> None:
    stopped = RunningStack(Project(root).state).stop()
    sys.stdout.write("Stopped.\n" if stopped else "Nothing was running.\n")


def _reset(_arguments: argparse.Namespace, root: Path) -> None:
    state = Project(root).state
    if running := RunningStack(state).read():
        raise CommandFailed(
            f"the stack is running (pid {running.pid}); {command('down')} stops it first"
        )
    RunningStack(state).clear()
    patterned = [path for pattern in _DATA_BY_PATTERN for path in state.glob(pattern)]
    for path in (*(state / name for name in _DATA), *patterned):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    sys.stdout.write("Wiped the data and the logs; what was built for the functions is kept.\n")


UP = Command("up", "start everything; Ctrl-C stops", _up, _configure_up)
DOWN = Command("down", "stop the stack that runs from this folder", _down)
RESET = Command("reset", "wipe the local data (PostgreSQL, buckets, queues, logs)", _reset)
