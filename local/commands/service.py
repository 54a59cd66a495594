"""stop and start: takes one data service of the running stack away, and gives it back."""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from local.commands.command import Command, CommandFailed
from local.local_toml import SERVICES
from local.project import Project
from local.services.keeper import GIVEN_UP, STOPPED, UP
from local.services.process import READY_TIMEOUT_SECONDS
from local.state import RunningStack, StackNotRunning
from local.wishes import START, STOP, Wishes

_POLL_SECONDS = 0.05
_DOWN = (STOPPED, GIVEN_UP)


@dataclass(frozen=True)
class _Service:
    """One service of the stack that runs from a state folder."""

    name: str
    state: Path

    def stop(self) -> None:
        if self._now() in _DOWN:
            return
        Wishes(self.state).make(self.name, STOP)
        self._wait_for(*_DOWN)

    def start(self) -> None:
        """Raises CommandFailed when it dies again and again."""
        if self._now() == UP:
            return
        wishes = Wishes(self.state)
        wishes.make(self.name, START)
        while wishes.of(self.name):
            self._now()
            time.sleep(_POLL_SECONDS)
        if self._wait_for(UP, GIVEN_UP) == GIVEN_UP:
            raise CommandFailed(
                f"{self.name} dies again and again; make logs NAME={self.name} says why"
            )

    def _wait_for(self, *states: str) -> str:
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while (now := self._now()) not in states:
            if time.monotonic() > deadline:
                raise CommandFailed(f"{self.name} is still {now}; the stack's terminal says more")
            time.sleep(_POLL_SECONDS)
        return now

    def _now(self) -> str:
        """Its state; raises CommandFailed where no stack runs."""
        try:
            running = RunningStack(self.state).require()
        except StackNotRunning as error:
            raise CommandFailed(str(error)) from error
        if self.name not in running.services:
            raise CommandFailed(f"the stack (pid {running.pid}) is still starting")
        return running.services[self.name]


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("service", choices=sorted(SERVICES))


def _stop(arguments: argparse.Namespace, root: Path) -> None:
    _Service(arguments.service, Project(root).state).stop()
    name = arguments.service
    sys.stdout.write(f"{name} is down; make start NAME={name} starts it again\n")


def _start(arguments: argparse.Namespace, root: Path) -> None:
    _Service(arguments.service, Project(root).state).start()
    sys.stdout.write(f"{arguments.service} is up\n")


STOP_SERVICE = Command(
    "stop", "stop one data service, to try the application without it", _stop, _configure
)
START_SERVICE = Command("start", "start a data service that is down", _start, _configure)
