"""Where the running stack answers, for the commands of other terminals."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from samulator.called import command
from samulator.control.lock_record import Running
from samulator.control.state import RunningStack
from samulator.servers.ports import LOOPBACK, Ports, variable_of


@dataclass(frozen=True)
class Address:
    """One service's place. `silence` is what to say when nothing answers there."""

    url: str
    silence: str


def find_address(service: str, state: Path, environment: Mapping[str, str] = os.environ) -> Address:
    """The address of "api", "lambda_endpoint" or "aws"; a variable that names another port wins.

    Raises StackNotRunning and InvalidPort.
    """
    stack = RunningStack(state)
    variable = variable_of(service)
    if variable in environment:
        running = stack.read()
        port = getattr(Ports.from_environment(environment), service)
        if running and getattr(running.ports, service) == port:
            return _told(_url(service, running))
        url = f"http://{LOOPBACK}:{port}"
        where = f"is at {_url(service, running)}" if running else "does not run"
        return Address(url, f"nothing answers at {url}, which {variable} names; {stack} {where}")
    return _told(_url(service, stack.require()))


def _told(url: str) -> Address:
    return Address(url, f"nothing answers at {url}; {command('doctor')} says what is down")


def _url(service: str, running: Running) -> str:
    # Only the data services can be elsewhere: where containers reach them.
    host = running.host if service == "aws" else LOOPBACK
    return f"http://{host}:{getattr(running.ports, service)}"
