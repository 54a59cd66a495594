"""What `sam local` lacks: start invokes, schedules and queues, driven from one event loop."""

import asyncio
import json
import signal
from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from local.console import Console
from local.project import Project
from local.resources import sqs_client
from local.sam.cli import LOOPBACK, REGION
from local.sam.endpoint import LambdaEndpoint
from local.services.ports import Ports
from local.stack import StartFailed
from local.template.model import Application
from local.triggers.invoker import Invoker
from local.triggers.schedule import Clockwork
from local.triggers.sqs import QueuePoller


@dataclass(frozen=True)
class SamStack:
    """One application whose data services, start-lambda and start-api are running."""

    project: Project
    ports: Ports
    application: Application
    aws_url: str
    console: Console

    async def run(self) -> None:
        """Serves until SIGINT or SIGTERM; raises StartFailed, aiohttp.ClientError."""
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        async with ClientSession() as session:
            functions = LambdaEndpoint(lambda_url(self.ports), session)
            stopping = asyncio.create_task(stopped.wait())
            tasks = [stopping, asyncio.create_task(self._start(functions, session))]
            try:
                await _first_of(tasks)
                if not stopped.is_set():
                    tasks = [stopping, *map(asyncio.create_task, self._triggers(functions))]
                    await _first_of(tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _start(self, functions: Invoker, session: ClientSession) -> None:
        for start in self.project.start:
            result = await functions.invoke(start.function, start.event)
            if result.function_error:
                error = json.loads(result.payload)
                raise StartFailed(
                    f"{start.function} failed: {error.get('errorType')}: "
                    f"{error.get('errorMessage')}"
                )
        url = f"http://{LOOPBACK}:{self.ports.api}"
        # The first request starts the API's container.
        async with session.get(f"{url}/status") as answer:
            text = await answer.text()
            # A function that cannot be imported is a 200 with Lambda's error object to sam local.
            if answer.status >= 500 or '"errorType"' in text:
                raise StartFailed(f"GET /status answers {answer.status}: {text}")
        self.console.ready(url)

    def _triggers(self, functions: Invoker) -> Iterator[Coroutine[Any, Any, None]]:
        for trigger in self.application.sqs_triggers:
            yield QueuePoller(trigger, functions, sqs_client(self.aws_url, REGION)).run()
        for schedule in self.application.schedules:
            yield Clockwork(schedule, functions, region=REGION).run()


def lambda_url(ports: Ports) -> str:
    return f"http://{LOOPBACK}:{ports.lambda_endpoint}"


async def _first_of(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Waits until one task ends and raises what it raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
