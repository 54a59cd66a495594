"""One application at work: servers, functions, doors and triggers on one event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from samulator.control.console import Console
from samulator.control.door_urls import door_urls
from samulator.control.effects import effects
from samulator.control.effects_table import calling_lines, idle_lines
from samulator.control.loading import load_project
from samulator.control.mode import Mode, Work
from samulator.control.project import Project
from samulator.control.resource_problems import ResourceProblems
from samulator.control.resources import declared, may_be_called, must_exist
from samulator.control.start_invokes import StartFailed
from samulator.control.state import RunningStack
from samulator.control.supervisor import Supervisor
from samulator.control.tasks import cancel, never_ending, use_enough_threads
from samulator.functions.aws_access import with_connections
from samulator.functions.host import FunctionHost
from samulator.functions.reload import Watching, watch_settings
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.iam.callers import callers_of
from samulator.servers.group import AWS_TITLE, Servers
from samulator.servers.ports import LOOPBACK, Ports, require_free
from samulator.template.custom_resources import makers, waiting
from samulator.template.model import Application
from samulator.template.model_custom_resource import Answers
from samulator.template.translation import translate
from samulator.template.translation_cache import Translate


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
    """One project on its ports, with its functions run in one mode; `record` is held.

    Without `durable`, PostgreSQL trades the safety of its data for speed, for tests. `translate`
    is how a template is translated that is new.
    """

    project: Project
    ports: Ports
    mode: Mode
    record: RunningStack
    console: Console
    durable: bool = True
    translate: Translate = translate

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
        said = self._read(environment, servers.aws.url)
        application = self._adapted(said, servers.aws.url)
        use_enough_threads(application)
        settings = Watching(self.project.settings)
        servers.require_free_ports()
        async with AsyncExitStack() as stack:
            self._announce(application)
            stack.callback(self.console.say, "Stopped.")
            stack.callback(servers.stop)
            problems = ResourceProblems(servers.aws, self.console)
            since = self._launch(application, servers)
            # HTTP's and AWS's libraries take half a second to import: the servers start meanwhile.
            from samulator.control.serving import Serving

            await self.mode.build(application)
            await asyncio.to_thread(servers.wait_for_start, self.console.started)
            serving = Serving(self.project, self.ports, self.mode, self.console, application, since)
            functions = self.mode.create_host(
                application, environment, serving.destinations(servers.aws.url)
            )
            stack.push_async_callback(functions.close)
            await functions.start()
            if makers(application):
                from samulator.control.start_custom_resources import with_custom_resources

                load = partial(self._read, environment, servers.aws.url)
                application = await with_custom_resources(serving, said, load, functions, servers)
                serving = replace(serving, application=application)
                servers.aws.configure(self._aws_config(application))
            try:
                urls = await stack.enter_async_context(serving.open(functions, servers))
            except StartFailed:
                # A resource that is missing may be why.
                problems.say()
                raise
            await self.mode.check()
            if must_exist(application):
                await asyncio.to_thread(servers.wait_for_aws, self.console.started)
                problems.say()
            supervisor = Supervisor(
                self.project, application, servers, self.record, self.console, problems
            )
            background = [
                *serving.triggers(functions, servers.aws.url, urls),
                *self.mode.background(),
                watch_settings(settings, self.console.went_wrong),
                *supervisor.work(functions),
                *self._until_aws_answers(application, servers),
            ]
            tasks = tuple(map(asyncio.create_task, background))
            stack.push_async_callback(cancel, tasks)
            yield Running(application, functions, servers, urls, tasks)

    async def serve(self) -> None:
        """Runs until cancelled; raises what ends one of the tasks in the background."""
        async with self.running() as running:
            for line in calling_lines(effects(running.application, self.project.root)):
                self.console.say(line)
            lambda_endpoint = f"http://{LOOPBACK}:{self.ports.lambda_endpoint}"
            self.console.ready(running.urls, lambda_endpoint, self.project.links)
            done, _ = await asyncio.wait(running.tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    def _adapted(self, application: Application, aws_url: str) -> Application:
        adapted = self.mode.adapt(application, aws_url)
        # The process of AWS's services passes them on when it has judged them.
        return with_connections(
            adapted,
            f"http://{LOOPBACK}:{self.ports.lambda_endpoint}",
            connections=aws_url if self.project.iam else None,
        )

    def _read(
        self, environment: dict[str, str], aws_url: str, answers: Answers | None = None
    ) -> Application:
        return load_project(
            self.project,
            environment=environment,
            aws_url=aws_url,
            translate=self.translate,
            answers=answers,
        )

    def _announce(self, application: Application) -> None:
        disagreements = [*self.project.disagreements(application)]
        self.console.say(f"Starting {self.project.root.name}{self.mode.description}")
        idle = idle_lines(effects(application, self.project.root), application.warnings)
        for warning in (*application.warnings, *disagreements, *idle):
            self.console.problem(f"  {warning}")

    def _launch(self, application: Application, servers: Servers) -> datetime:
        """Start the servers without waiting: they import and recover while packages are built.

        Return when that was.
        """
        since = datetime.now(UTC)
        config = self._aws_config(application)
        late = waiting(application)
        known = tuple(each for each in config.resources if each.logical_id not in late)
        servers.launch(replace(config, resources=known))
        self.record.tell(host=servers.host, servers=servers.pids())
        return since

    def _aws_config(self, application: Application) -> AwsConfig:
        return AwsConfig(
            application.s3_triggers,
            f"http://{LOOPBACK}:{self.ports.lambda_endpoint}",
            application.region,
            declared(application),
            callers_of(application) if self.project.iam else (),
            jobs=self.project.jobs,
            doors=door_urls(application, self.ports),
            stages={api.id: api.stage for api in application.apis},
            hosts=self.project.hosts,
            starts_when_called=not may_be_called(application),
        )

    def _until_aws_answers(self, application: Application, servers: Servers) -> Iterator[Work]:
        """Of an application that did not wait for it."""
        if must_exist(application):
            return
        if may_be_called(application):
            yield never_ending(lambda: self._say_that_aws_answers(servers))
        else:
            self.console.waits_for_calls(AWS_TITLE, servers.aws.address)

    async def _say_that_aws_answers(self, servers: Servers) -> None:
        await asyncio.to_thread(servers.wait_for_aws, self.console.started)
