"""The embedded stack at work: functions, triggers and the two HTTP endpoints on one event loop."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from samulator.control.console import Console
from samulator.control.interrupts import set_on_stop
from samulator.control.project import Project
from samulator.control.start_invokes import (
    run_start_invokes,
    triggers,
    use_enough_threads,
)
from samulator.control.supervisor import Supervisor
from samulator.events.destinations.destinations import Destinations
from samulator.events.local_client import LocalClients
from samulator.functions.functions import Functions, Options
from samulator.functions.packages import Packages
from samulator.functions.reload import Told, Watching, watch, watch_code, watch_settings
from samulator.http.doors import (
    DoorOptions,
    answering,
    made_up_keys,
    open_port,
    plan_ports,
)
from samulator.http.issuer.keys import IssuerKeys
from samulator.http.issuer.pages import IssuerPages
from samulator.http.issuer.token import Tokens
from samulator.http.lambda_api.endpoint import InvokeApi
from samulator.http.server.server import Interface, serve
from samulator.http.services.local_services import LocalServices
from samulator.servers.aws.config import REGION
from samulator.servers.ports import LOOPBACK, Ports, is_free
from samulator.template.model import Application


@dataclass(frozen=True)
class Stack:
    """One application on its ports. Its data services are running, `packages` are built.

    `debug_ports` are those of functions that wait for a debugger.
    """

    project: Project
    ports: Ports
    application: Application
    supervisor: Supervisor
    packages: Packages
    console: Console
    debug_ports: Mapping[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Serves until SIGINT or SIGTERM; raises StartFailed."""
        use_enough_threads(self.application)
        stopped = asyncio.Event()
        set_on_stop(stopped)
        stopping = asyncio.create_task(stopped.wait())
        serving = asyncio.create_task(self._serve())
        await asyncio.wait([stopping, serving], return_when=asyncio.FIRST_COMPLETED)
        # Also in the middle of its start.
        await _cancel([stopping, serving])

    async def _serve(self) -> None:
        """Ends with the first of the tasks in the background, which is an error."""
        async with self._serving() as background:
            self.console.ready(f"http://{LOOPBACK}:{self.ports.api}")
            done, _ = await asyncio.wait(background, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Everything up, torn down in reverse; yields the tasks that work in the background."""
        async with AsyncExitStack() as stack:
            url = self.supervisor.services.aws.url
            # Before any worker reads it.
            code = await asyncio.to_thread(self._code)
            settings = Watching(self.project.settings)
            functions = Functions(
                self.application,
                self.packages,
                listener=self.console,
                send_to_queue=Destinations(LocalClients(url, REGION)).send,
                options=Options(debug_ports=self.debug_ports),
            )
            stack.push_async_callback(functions.close)
            await functions.start()
            keys, issuer = IssuerKeys(self.project.state), self._issuer
            endpoint = IssuerPages(InvokeApi(functions), keys, issuer)
            await _listen(stack, endpoint, self.ports.lambda_endpoint)
            warming = asyncio.create_task(self._warm(functions))
            stack.push_async_callback(_cancel, [warming])
            await run_start_invokes(self.project.start, functions)
            await self._open_doors(stack, functions, Tokens(keys, issuer))
            tasks = [
                asyncio.create_task(work) for work in self._background(functions, code, settings)
            ]
            stack.push_async_callback(_cancel, tasks)
            yield tasks

    @property
    def _issuer(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.lambda_endpoint}"

    async def _open_doors(
        self, stack: AsyncExitStack, functions: Functions, tokens: Tokens
    ) -> None:
        services = LocalServices(self.supervisor.services.aws.url, self.application.region)
        stack.push_async_callback(services.close)
        options = DoorOptions(
            tokens,
            self.console.answered,
            tokens_optional=self.project.tokens_optional,
            services=services,
        )
        own = {port for _, port in self.ports.items()}
        for plan in plan_ports(
            self.application, self.ports.api, lambda port: port in own or not is_free(port)
        ):
            region = self.application.region
            await _listen(stack, open_port(plan, functions, options, region=region), plan.port)
            if plan.port != self.ports.api:
                self.console.say(f"  {plan.names:<21} http://{LOOPBACK}:{plan.port}")
        for key in made_up_keys(self.application):
            self.console.say(f"  {key.name:<21} x-api-key: {key.value}")

    def _code(self) -> Watching:
        own = (self.project.state.resolve(), self.project.builds.resolve())
        return watch_code(self.application, self.packages, ignored=own)

    def _background(
        self, functions: Functions, code: Watching, settings: Watching
    ) -> list[Coroutine[Any, Any, None]]:
        return [
            *triggers(self.application, functions, aws_url=self.supervisor.services.aws.url),
            watch(
                self.application,
                functions,
                self.packages,
                Told(self.console.reloaded, self.console.problem),
                code=code,
            ),
            watch_settings(settings, self.console.went_wrong),
            *self.supervisor.work(functions),
        ]

    async def _warm(self, functions: Functions) -> None:
        """One worker per function, so that nobody's first request pays for the imports.

        Those that answer HTTP come first: somebody waits for them. Those that wait for a debugger
        come last, all at once.
        """
        for name in dict.fromkeys([*answering(self.application), *self.application.functions]):
            is_later = self.application.functions[name].makes_custom_resources
            if not is_later and name not in self.debug_ports:
                await functions.warm(name)
        await asyncio.gather(*map(functions.warm, self.debug_ports))


async def _listen(stack: AsyncExitStack, interface: Interface, port: int) -> None:
    runner = await serve(interface, LOOPBACK, port)
    stack.push_async_callback(runner.cleanup)


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Ends all of them, then raises what the first that failed raised."""
    ending = [*tasks]
    for task in ending:
        task.cancel()
    for result in await asyncio.gather(*ending, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
