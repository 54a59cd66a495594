"""Functions in containers of `sam local`, which answers HTTP and invokes itself."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from aiohttp import ClientSession

from samulator.called import command
from samulator.control.console import Console
from samulator.control.mode import Work
from samulator.control.project import Project
from samulator.control.start_invokes import StartFailed
from samulator.functions.asynchronous import DestinationSender
from samulator.functions.containers import ContainerHost, SamCli, TemplateValues, find_engine
from samulator.servers.group import Started
from samulator.servers.ports import LOOPBACK, Ports
from samulator.template.custom_resources import makers
from samulator.template.model import Application


class ContainerMode:
    """A Mode. Raises ContainersUnavailable and SamFailed when made."""

    own_ports = frozenset({"api", "lambda_endpoint"})

    def __init__(self, project: Project, ports: Ports, console: Console) -> None:
        engine = find_engine()
        self.description = f" with sam local, Python {engine.python_version}"
        self.gateway = engine.gateway
        self._ports = ports
        self._console = console
        self._sam = SamCli(
            project.root,
            engine,
            state=project.state,
            builds=project.builds,
            values=TemplateValues(
                {**project.options.parameters, **project.container_parameters},
                project.options.region,
            ),
        )
        self._application: Application

    def adapt(self, application: Application, aws_url: str) -> Application:  # noqa: ARG002
        """The image has the runtime, whatever this machine has."""
        idle = dict.fromkeys(makers(application), "no container reaches where it would be answered")
        return replace(application, idle={**application.idle, **idle})

    async def build(self, application: Application) -> None:
        """Raises SamFailed."""
        self._application = application
        begin = time.monotonic()
        await asyncio.to_thread(self._sam.build)
        self._console.started(Started("sam build", "", time.monotonic() - begin))

    def create_host(
        self,
        application: Application,  # noqa: ARG002 - sam reads the template itself
        environment: Mapping[str, str],
        destinations: DestinationSender,  # noqa: ARG002 - sam local leaves no records
    ) -> ContainerHost:
        self._sam.write_environment(environment)
        return ContainerHost(self._sam, self._ports)

    async def warm(self) -> None:
        """`check` starts the API's container; the others start when they are invoked."""

    async def check(self) -> None:
        """Send the first request, which starts the API's container; raises StartFailed."""
        for log, what in (("start-api", "requests"), ("start-lambda", "events")):
            self._console.say(f"  {f'Logs of {what}':<22}{command('logs', log)}")
        url = f"http://{LOOPBACK}:{self._ports.api}{self._first_path()}"
        async with ClientSession() as session, session.get(url) as answer:
            text = await answer.text()
            # A function that cannot be imported is a 200 with Lambda's error object to sam local.
            if answer.status >= 500 or '"errorType"' in text:
                raise StartFailed(f"the API answers {answer.status}: {text}")

    def background(self) -> Iterator[Work]:
        """Nothing is reloaded: `sam build` has to run again."""
        return iter(())

    def _first_path(self) -> str:
        """A path that some function answers, whatever it says."""
        routes = [route for api in self._application.apis for route in api.routes]
        paths = [route.path for route in routes if "{" not in route.path]
        return next((path for path in paths if path.startswith("/")), "/")
