"""Serves an application whose servers are launched: its doors, then what calls its functions."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from samulator.control.console import Console
from samulator.control.doors import Doors, Opening
from samulator.control.mode import Mode
from samulator.control.project import Project
from samulator.control.start_invokes import run_start_invokes
from samulator.control.tasks import cancel
from samulator.control.triggers import triggers
from samulator.events.destinations.destinations import Destinations
from samulator.events.local_client import LocalClients
from samulator.functions.host import FunctionHost, Invoker
from samulator.http.plan import made_up_keys
from samulator.http.server.server import serve
from samulator.http.services.local_services import LocalServices
from samulator.servers.group import Servers
from samulator.servers.ports import LOOPBACK, Ports
from samulator.template.model import Application


@dataclass(frozen=True)
class Serving:
    """One application on its ports, whose streams are there `since` the servers' start."""

    project: Project
    ports: Ports
    mode: Mode
    console: Console
    application: Application
    since: datetime

    def destinations(self, aws_url: str) -> Destinations:
        """What records of asynchronous invokes are sent with."""
        return Destinations(LocalClients(aws_url, self.application.region))

    def triggers(
        self, functions: Invoker, aws_url: str, urls: Mapping[str, str]
    ) -> Iterator[Coroutine[Any, Any, None]]:
        """What calls functions besides HTTP; none of it ends by itself. `urls` are the doors'."""
        return triggers(self.application, functions, aws_url=aws_url, since=self.since, doors=urls)

    @asynccontextmanager
    async def open(
        self, functions: FunctionHost, servers: Servers
    ) -> AsyncIterator[dict[str, str]]:
        """Open the doors, and the APIs between the start invokes; yield the URLs by logical id.

        Raises StartFailed, TemplateError and OSError.
        """
        async with AsyncExitStack() as stack:
            services = LocalServices(servers.aws.url, self.application.region)
            stack.push_async_callback(services.close)
            observe = self.console.answered
            doors = Doors(self.project, self.ports, self.application, functions, services, observe)
            await self._open(stack, doors.lambda_endpoint())
            warming = asyncio.create_task(self.mode.warm())
            stack.push_async_callback(cancel, [warming])
            await run_start_invokes(self.project.starts(after_open=False), functions)
            urls = await self._open(stack, doors.public())
            await run_start_invokes(self.project.starts(after_open=True), functions)
            for key in made_up_keys(self.application):
                self.console.say(f"  {key.name:<21} x-api-key: {key.value}")
            yield urls

    async def _open(self, stack: AsyncExitStack, openings: Iterable[Opening]) -> dict[str, str]:
        """Return the URLs by logical id; where the host itself answers, nothing is opened."""
        own = {getattr(self.ports, name) for name in self.mode.own_ports}
        urls: dict[str, str] = {}
        for opening in openings:
            if opening.port not in own:
                runner = await serve(opening.interface, LOOPBACK, opening.port)
                stack.push_async_callback(runner.cleanup)
                if opening.close is not None:
                    stack.push_async_callback(opening.close)
            urls |= dict.fromkeys(opening.names, opening.url)
        return urls
