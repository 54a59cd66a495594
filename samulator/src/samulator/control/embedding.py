"""Runs an application inside a program of one's own: a test, a benchmark, a notebook."""

import io
import json
import tempfile
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.config import Config

from samulator.control.console import Console
from samulator.control.function_log import split_stamp
from samulator.control.local_toml import ProjectError
from samulator.control.project import Project, open_project
from samulator.control.stack import Running, Stack
from samulator.control.start_options import Flags
from samulator.control.state import RunningStack
from samulator.control.worker_mode import WorkerMode
from samulator.functions.invocation import Trigger
from samulator.functions.worker_host import WorkerHost
from samulator.servers.aws.client import direct, local_session
from samulator.servers.reserved_ports import reserved_ports


class FunctionFailed(Exception):
    """A function that was invoked ended with an error; the message is Lambda's error object."""


@dataclass(frozen=True)
class App:
    """One running application.

    `urls` are those of its APIs and function URLs by logical id, `url` is the first of them.
    `aws_url` is where S3, SQS, DynamoDB and the rest answer, `lambda_url` where Lambda's own API
    does. `state` is the folder of its data, which goes with it.
    """

    running: Running
    host: WorkerHost
    console: io.StringIO
    state: Path
    lambda_url: str

    @property
    def urls(self) -> Mapping[str, str]:
        return self.running.urls

    @property
    def url(self) -> str:
        """Raises LookupError where the template declares neither API nor function URL."""
        if not self.urls:
            raise LookupError("the template declares no API and no function URL")
        return next(iter(self.urls.values()))

    @property
    def aws_url(self) -> str:
        return self.running.servers.aws.url

    @property
    def output(self) -> str:
        """What the terminal of `samulator up` would show so far."""
        return self.console.getvalue()

    async def invoke(self, function: str, event: object = None) -> Any:  # noqa: ANN401 - JSON
        """Run a function and return its result.

        `function` is a logical id, a FunctionName or an ARN. Raises FunctionFailed, and NotInvoked
        where it did not get the event.
        """
        payload = json.dumps({} if event is None else event).encode()
        invocation = await self.host.invoke(function, payload, trigger=Trigger.INVOKE)
        if invocation.function_error is not None:
            raise FunctionFailed(invocation.payload.decode(errors="replace"))
        return json.loads(invocation.payload)

    async def invoke_event(self, function: str, event: object = None) -> str:
        """Queue an asynchronous invoke and return its request id; raises NotInvoked."""
        payload = json.dumps({} if event is None else event).encode()
        return await self.host.invoke_event(function, payload)

    async def drain(self) -> None:
        """Wait until no asynchronous invoke is queued, running or waiting for a retry."""
        await self.host.drain()

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
        """Return a boto3 client of a service of this application, e.g. "s3".

        Raises ServiceFailed where the process of AWS's services has ended.
        """
        self.running.servers.aws.wait()
        url = self.lambda_url if service == "lambda" else self.aws_url
        config = Config(s3={"addressing_style": "path"}) if service == "s3" else Config()
        session: Any = local_session(self.running.application.region)
        return session.client(service, endpoint_url=url, config=direct(config))

    def environment(self, function: str) -> dict[str, str]:
        """Return the variables of a function (logical id) as its workers have them.

        Raises KeyError.
        """
        return dict(self.running.application.functions[function].environment)

    def logs(self, function: str) -> list[str]:
        """Return the lines that a function logged, without their times.

        `function` is as in `invoke`. Raises NotInvoked where there is none of that name.
        """
        file = self.state / "logs" / f"{self.host.find(function).logical_id}.log"
        lines = file.read_text(errors="replace").splitlines() if file.exists() else []
        return [split_stamp(line)[1] for line in lines]


@asynccontextmanager
async def run(
    template: str | Path = ".",
    *,
    parameters: Mapping[str, str] | None = None,
    env_vars: Mapping[str, Mapping[str, str]] | None = None,
    region: str | None = None,
    servers: Collection[str] | None = None,
) -> AsyncIterator[App]:
    """Run the application of `template`, a file or the folder it is in, on free ports.

    `parameters` and `env_vars` are as --parameter-overrides and --env-vars have them; samconfig and
    local.toml beside the template count. `servers` replaces the data servers that local.toml asks
    for. Data lies in a temporary folder and goes with the application; what functions import is
    built into .samulator beside the template and kept.

    The doors answer on the caller's own event loop: call them with an asynchronous client, or by
    `asyncio.to_thread`.

    Raises what `samulator up` says in one line: ProjectError, TemplateError, PackageError,
    ServiceFailed, StartFailed.
    """
    project = _opened(Path(template), region, servers)
    given, sources = parameters or {}, project.options.parameter_sources
    options = replace(
        project.options,
        parameters={**project.options.parameters, **given},
        parameter_sources={name: sources[name] for name in sources.keys() - given.keys()},
        variables={**project.options.variables, **(env_vars or {})},
    )
    with tempfile.TemporaryDirectory(prefix="samulator-") as folder:
        async with _running(replace(project, options=options, state_folder=Path(folder))) as app:
            yield app


@asynccontextmanager
async def _running(project: Project) -> AsyncIterator[App]:
    output = io.StringIO()
    console = Console(project.state / "logs", output)
    with reserved_ports() as ports, RunningStack(project.state).hold(ports) as record:
        mode = WorkerMode(project, console)
        stack = Stack(project, ports, mode, record, console, durable=False)
        async with stack.running() as running:
            assert isinstance(running.functions, WorkerHost)
            url = f"http://127.0.0.1:{ports.lambda_endpoint}"
            yield App(running, running.functions, output, project.state, url)


def _opened(place: Path, region: str | None, servers: Collection[str] | None) -> Project:
    """Raises ProjectError."""
    if not place.exists():
        raise ProjectError(f"{place}: no such file or folder")
    root, template = (place, None) if place.is_dir() else (place.parent, Path(place.name))
    project = open_project(root.resolve(), Flags(template=template, region=region))
    return project if servers is None else replace(project, servers=tuple(servers))
