"""What `sam local` lacks: start invokes, schedules and queues, driven from one event loop."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from samulator.control.console import Console
from samulator.control.interrupts import set_on_stop
from samulator.control.project import Project
from samulator.control.start_invokes import (
    StartFailed,
    run_start_invokes,
    triggers,
    use_enough_threads,
)
from samulator.control.supervisor import Supervisor
from samulator.functions.containers.endpoint import LambdaEndpoint
from samulator.functions.invoker import Invoker
from samulator.functions.reload import Watching, watch_settings
from samulator.servers.ports import LOOPBACK, Ports
from samulator.template.model import Application


@dataclass(frozen=True)
class SamStack:
    """One application whose data services, start-lambda and start-api are running."""

    project: Project
    ports: Ports
    application: Application
    supervisor: Supervisor
    console: Console

    async def run(self) -> None:
        """Serves until SIGINT or SIGTERM; raises StartFailed, aiohttp.ClientError."""
        use_enough_threads(self.application)
        stopped = asyncio.Event()
        set_on_stop(stopped)
        async with ClientSession() as session:
            functions = LambdaEndpoint(lambda_url(self.ports), session)
            stopping = asyncio.create_task(stopped.wait())
            tasks = [stopping, asyncio.create_task(self._start(functions, session))]
            try:
                await _first_of(tasks)
                if not stopped.is_set():
                    url = self.supervisor.services.aws.url
                    waiting = triggers(self.application, functions, aws_url=url)
                    settings = watch_settings(
                        Watching(self.project.settings), self.console.went_wrong
                    )
                    work = [*waiting, settings, *self.supervisor.work(functions)]
                    tasks = [stopping, *map(asyncio.create_task, work)]
                    await _first_of(tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _start(self, functions: Invoker, session: ClientSession) -> None:
        await run_start_invokes(self.project.start, functions)
        url = f"http://{LOOPBACK}:{self.ports.api}"
        # The first request starts the API's container.
        async with session.get(f"{url}{self._first_path()}") as answer:
            text = await answer.text()
            # A function that cannot be imported is a 200 with Lambda's error object to sam local.
            if answer.status >= 500 or '"errorType"' in text:
                raise StartFailed(f"the API answers {answer.status}: {text}")
        for log, what in (("start-api", "requests"), ("start-lambda", "events")):
            self.console.say(f"  {f'Logs of {what}':<22}make logs NAME={log}")
        self.console.ready(url)

    def _first_path(self) -> str:
        """A path that some function answers, whatever it says."""
        routes = [route for api in self.application.apis for route in api.routes]
        paths = [route.path for route in routes if "{" not in route.path]
        return next((path for path in paths if path.startswith("/")), "/")


def lambda_url(ports: Ports) -> str:
    return f"http://{LOOPBACK}:{ports.lambda_endpoint}"


async def _first_of(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Waits until one task ends and raises what it raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
