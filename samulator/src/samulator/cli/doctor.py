"""doctor: says which ways of running the application work on this machine, and why not."""

import argparse
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from samulator.called import command
from samulator.cli.command import Command
from samulator.control.loading import load_project
from samulator.control.local_toml import ProjectError
from samulator.control.lock_record import Running
from samulator.control.project import Project, open_project
from samulator.control.state import RunningStack
from samulator.functions.containers.sam_cli import SamFailed, find_sam
from samulator.servers.aws.emr_serverless.endpoint import declared_applications
from samulator.servers.data import DATA_SERVERS, missing_package
from samulator.servers.keeper import STARTING, UP
from samulator.servers.ports import InvalidPort, Ports, PortTaken, require_free
from samulator.servers.process import accepts_connections
from samulator.template.model import TemplateError

_TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `problem` says what is wrong and what to do, None if all is well.

    `spares_others`: the rest works all the same.
    """

    subject: str
    problem: str | None = None
    detail: str = ""
    spares_others: bool = False


def _embedded(root: Path) -> Iterator[Finding]:
    yield Finding("Python", detail=f"{platform.python_version()} on {platform.platform()}")
    yield from _template(root)
    running = RunningStack(Project(root).state).read()
    yield from _services(running) if running else _ports()


def _services(running: Running) -> Iterator[Finding]:
    """What the running stack says of its services, and whether they answer."""
    yield Finding("Ports", detail=f"in use by the running stack (pid {running.pid})")
    for name, state in running.services.items():
        port = getattr(running.ports, name)
        if state != UP:
            yield Finding(name, f"{state} ({_remedy(name, state)})", spares_others=True)
        elif not accepts_connections(port, running.host):
            yield Finding(name, f"nothing answers on port {port}", spares_others=True)


def _remedy(name: str, state: str) -> str:
    log = command("logs", name)
    return f"{log} says why" if state == STARTING else f"{command('start', name)} starts it; {log}"


def _template(root: Path) -> Iterator[Finding]:
    """What the application is, and whether the data servers that it asks for are installed."""
    try:
        project = open_project(root)
        application = load_project(project)
        ignored = [*project.disagreements(application)]
    except ProjectError as error:
        yield Finding("Project", str(error))
        return
    except TemplateError as error:
        yield Finding("Template", str(error))
        return
    count = len(application.functions)
    detail = "; ".join([f"{count} function{'' if count == 1 else 's'}", *ignored])
    yield Finding(project.template.name, detail=detail)
    for name in project.servers:
        if problem := missing_package(name):
            yield Finding(DATA_SERVERS[name].title, problem)
    if declared_applications([*application.resources.values()], ""):
        # No problem: who starts no job needs nothing for it.
        yield Finding("Jobs of EMR Serverless", detail=project.jobs.why_none_runs or "can be run")


def _ports() -> Iterator[Finding]:
    try:
        ports = Ports.from_environment()
    except InvalidPort as error:
        yield Finding("Ports", str(error))
        return
    for name, port in ports.items():
        try:
            require_free(name, port)
        except PortTaken as error:
            yield Finding(f"Port {port}", str(error))


def _sam_local(_root: Path) -> Iterator[Finding]:
    try:
        yield Finding("SAM CLI", detail=find_sam())
    except SamFailed as error:
        yield Finding("SAM CLI", str(error))
    yield Finding("Docker", _docker_problem())


def _docker_problem() -> str | None:
    docker = shutil.which("docker")
    if docker is None:
        return "not installed"
    try:
        result = subprocess.run(  # noqa: S603 # nosec B603 # the docker found on PATH
            [docker, "info", "--format", "{{.ServerVersion}}"],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the engine did not answer within {_TIMEOUT_SECONDS} s"
    lines = result.stderr.strip().splitlines()
    return (lines[-1] if lines else "the engine does not answer") if result.returncode else None


_MODES: dict[str, Callable[[Path], Iterator[Finding]]] = {
    "Worker processes (samulator up)": _embedded,
    "Containers of sam local (samulator up-sam)": _sam_local,
}


def _doctor(_arguments: argparse.Namespace, root: Path) -> None:
    for mode, look in _MODES.items():
        findings = [*look(root)]
        sys.stdout.write(f"{mode}: {_verdict(findings)}\n")
        for finding in findings:
            if finding.problem or finding.detail:
                sys.stdout.write(f"  {finding.subject}: {finding.problem or finding.detail}\n")


def _verdict(findings: Sequence[Finding]) -> str:
    problems = [finding for finding in findings if finding.problem]
    if not problems:
        return "works"
    if all(problem.spares_others for problem in problems):
        return f"runs without {', '.join(problem.subject for problem in problems)}"
    return "not here"


DOCTOR = Command(
    "doctor", "say which ways to run work on this machine, and what is missing", _doctor
)
