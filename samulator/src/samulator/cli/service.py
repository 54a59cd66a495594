"""stop and start: takes one data service of the running stack away, and gives it back."""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from samulator.called import command
from samulator.cli.command import Command, CommandFailed
from samulator.control.local_toml import SERVICES
from samulator.control.project import Project
from samulator.control.state import RunningStack, StackNotRunning
from samulator.servers.keeper import GIVEN_UP, STOPPED, UP
from samulator.servers.process import READY_TIMEOUT_SECONDS
from samulator.servers.requests import START, STOP, ServiceRequests

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
        ServiceRequests(self.state).make(self.name, STOP)
        self._wait_for(*_DOWN)

    def start(self) -> None:
        """Raises CommandFailed when it dies again and again."""
        if self._now() == UP:
            return
        requests = ServiceRequests(self.state)
        requests.make(self.name, START)
        while requests.of(self.name):
            self._now()
            time.sleep(_POLL_SECONDS)
        if self._wait_for(UP, GIVEN_UP) == GIVEN_UP:
            raise CommandFailed(
                f"{self.name} dies again and again; {command('logs', self.name)} says why"
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
        if not running.services:
            raise CommandFailed(f"the stack (pid {running.pid}) is still starting")
        if self.name not in running.services:
            raise CommandFailed(f"{self.name} does not run here; local.toml asks for servers")
        return running.services[self.name]


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("service", choices=sorted(SERVICES))


def _stop(arguments: argparse.Namespace, root: Path) -> None:
    _Service(arguments.service, Project(root).state).stop()
    name = arguments.service
    sys.stdout.write(f"{name} is down; {command('start', name)} starts it again\n")


def _start(arguments: argparse.Namespace, root: Path) -> None:
    _Service(arguments.service, Project(root).state).start()
    sys.stdout.write(f"{arguments.service} is up\n")


STOP_SERVICE = Command(
    "stop", "stop one data service, to try the application without it", _stop, _configure
)
START_SERVICE = Command("start", "start a data service that is down", _start, _configure)
