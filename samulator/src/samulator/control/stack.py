"""One application at work: servers, functions, doors and triggers on one event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from samulator.control.console import Console
from samulator.control.doors import Doors, Opening
from samulator.control.effects import effects
from samulator.control.effects_table import calling_lines, idle_lines
from samulator.control.loading import load_project
from samulator.control.mode import Mode
from samulator.control.project import Project
from samulator.control.resource_problems import ResourceProblems
from samulator.control.resources import declared, must_exist
from samulator.control.start_invokes import run_start_invokes
from samulator.control.state import RunningStack
from samulator.control.supervisor import Supervisor
from samulator.control.triggers import never_ending, triggers, use_enough_threads
from samulator.events.destinations.destinations import Destinations
from samulator.events.local_client import LocalClients
from samulator.events.schedule.clockwork import silent_schedules
from samulator.functions.host import FunctionHost
from samulator.functions.reload import Watching, watch_settings
from samulator.http.doors import made_up_keys
from samulator.http.server.server import serve
from samulator.http.services.local_services import LocalServices
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.iam.callers import callers_of
from samulator.servers.group import Servers
from samulator.servers.ports import LOOPBACK, Ports, require_free
from samulator.template.model import Application


@dataclass(frozen=True)
class Running:
    """What is up: `tasks` work in the background, and the first that ends has failed.

    `urls` are those of the APIs and function URLs by logical id.
    """

    application: Application
    functions: FunctionHost
    servers: Servers
    urls: Mapping[str, str]
    tasks: tuple[asyncio.Task[None], ...]


@dataclass(frozen=True)
class Stack:
    """One project on its ports, with its functions run in one mode; `record` is held."""

    project: Project
    ports: Ports
    mode: Mode
    record: RunningStack
    console: Console
    durable: bool = True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Running]:
        """Everything up, torn down in reverse.

        Raises PortTaken, ProjectError, TemplateError, PackageError, ServiceFailed, StartFailed.
        """
        for name in ("api", "lambda_endpoint"):
            require_free(name, getattr(self.ports, name))
        servers = Servers(
            self.project.state,
            self.ports,
            wanted=self.project.servers,
            gateway=self.mode.gateway,
            durable=self.durable,
        )
        environment = self.project.filled_environment(servers.places())
        application = self._load(environment, servers.aws.url)
        use_enough_threads(application)
        settings = Watching(self.project.settings)
        servers.require_free_ports()
        async with AsyncExitStack() as stack:
            self._announce(application)
            stack.callback(self.console.say, "Stopped.")
            stack.callback(servers.stop)
            problems = ResourceProblems(servers.aws, self.console)
            await self._start(application, servers, problems)
            destinations = Destinations(LocalClients(servers.aws.url, application.region))
            functions = self.mode.create_host(application, environment, destinations)
            stack.push_async_callback(functions.close)
            await functions.start()
            services = LocalServices(servers.aws.url, application.region)
            stack.push_async_callback(services.close)
            observe = self.console.answered
            doors = Doors(self.project, self.ports, application, functions, services, observe)
            await self._open(stack, doors.lambda_endpoint())
            warming = asyncio.create_task(self.mode.warm())
            stack.push_async_callback(cancel, [warming])
            await run_start_invokes(self.project.start, functions)
            urls = await self._open(stack, doors.public())
            for key in made_up_keys(application):
                self.console.say(f"  {key.name:<21} x-api-key: {key.value}")
            await self.mode.check()
            supervisor = Supervisor(
                self.project, application, servers, self.record, self.console, problems
            )
            background = [
                *triggers(application, functions, aws_url=servers.aws.url),
                *self.mode.background(),
                watch_settings(settings, self.console.went_wrong),
                *supervisor.work(functions),
            ]
            if not must_exist(application):
                background.append(never_ending(lambda: self._say_that_aws_answers(servers)))
            tasks = tuple(map(asyncio.create_task, background))
            stack.push_async_callback(cancel, tasks)
            yield Running(application, functions, servers, urls, tasks)

    async def serve(self) -> None:
        """Runs until cancelled; raises what ends one of the tasks in the background."""
        async with self.running() as running:
            for line in calling_lines(effects(running.application, self.project.root)):
                self.console.say(line)
            self.console.ready(running.urls, f"http://{LOOPBACK}:{self.ports.lambda_endpoint}")
            done, _ = await asyncio.wait(running.tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    def _load(self, environment: dict[str, str], aws_url: str) -> Application:
        application = load_project(self.project, environment=environment, aws_url=aws_url)
        return self.mode.adapt(application, aws_url)

    def _announce(self, application: Application) -> None:
        disagreements = [*self.project.disagreements(application)]
        self.console.say(f"Starting {self.project.root.name}{self.mode.description}")
        silent = silent_schedules(application.schedules, datetime.now(UTC))
        idle = idle_lines(effects(application, self.project.root), application.warnings)
        for warning in (*application.warnings, *silent, *disagreements, *idle):
            self.console.problem(f"  {warning}")

    async def _start(
        self, application: Application, servers: Servers, problems: ResourceProblems
    ) -> None:
        """The servers start while the packages are built.

        AWS's services are waited for only where the template has something to put there.
        """
        lambda_url = f"http://{LOOPBACK}:{self.ports.lambda_endpoint}"
        building = asyncio.create_task(asyncio.to_thread(self.mode.build, application))
        try:
            servers.launch(
                AwsConfig(
                    application.s3_triggers,
                    lambda_url,
                    application.region,
                    declared(application),
                    callers_of(application) if self.project.iam else (),
                )
            )
            self.record.tell(host=servers.host, servers=servers.pids())
            await asyncio.to_thread(servers.wait_for_data, self.console.started)
            if must_exist(application):
                await asyncio.to_thread(servers.wait_for_aws, self.console.started)
                problems.say()
        except BaseException:
            building.cancel()
            raise
        await building

    async def _open(self, stack: AsyncExitStack, openings: Iterable[Opening]) -> dict[str, str]:
        """Return the URLs by logical id; where the host itself answers, nothing is opened."""
        own = {getattr(self.ports, name) for name in self.mode.own_ports}
        urls: dict[str, str] = {}
        for opening in openings:
            if opening.port not in own:
                runner = await serve(opening.interface, LOOPBACK, opening.port)
                stack.push_async_callback(runner.cleanup)
            urls |= dict.fromkeys(opening.names, f"http://{LOOPBACK}:{opening.port}")
        return urls

    async def _say_that_aws_answers(self, servers: Servers) -> None:
        await asyncio.to_thread(servers.wait_for_aws, self.console.started)


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Ends all of them, then raises what the first that failed raised."""
    ending = [*tasks]
    for task in ending:
        task.cancel()
    for result in await asyncio.gather(*ending, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
