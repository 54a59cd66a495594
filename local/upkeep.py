"""Keeps a running stack's data services alive and gives those that forget what they need."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.config import REGION
from local.console import Console
from local.project import Project
from local.resources import create_resources
from local.services.group import DataServices
from local.services.keeper import UP, Keeper, Told
from local.services.process import ServiceFailed
from local.start import StartFailed, run_start_invokes
from local.state import RunningStack
from local.template.model import Application
from local.triggers.invoker import Invoker
from local.wishes import Wishes

_RETURNED = {
    "postgres": " with its data",
    "redis": ", empty",
    "opensearch": ", empty at first",
    "aws": "; objects and messages put since the start are lost, it keeps them in memory",
}


@dataclass(frozen=True)
class Upkeep:
    """The data services of one stack; all are running when `work` begins."""

    project: Project
    application: Application
    services: DataServices
    mark: RunningStack
    console: Console
    _states: dict[str, str] = field(default_factory=dict)

    def work(self, functions: Invoker) -> Iterator[Coroutine[Any, Any, None]]:
        """Never-ending coroutines for the loop of the main thread; one may raise StateGone."""
        wishes = Wishes(self.project.state)
        wishes.clear()

        async def returned(service: str) -> str:
            return await self._returned(service, functions)

        told = Told(self._state, self.console.happened, self.console.went_wrong, returned)
        for title, service in self.services.named():
            self._state(service.name, UP)
            yield Keeper(title, service, wishes, told).run()
        yield self.mark.watch()

    def _state(self, service: str, state: str) -> None:
        self._states[service] = state
        self.mark.tell(services=self._states, servers=self.services.pids())

    async def _returned(self, service: str, functions: Invoker) -> str:
        """Fills a service again; raises ServiceFailed where it is gone once more."""
        if service == "aws":
            url = self.services.aws.url
            try:
                await asyncio.to_thread(create_resources, self.application, url=url, region=REGION)
            except (BotoCoreError, ClientError) as error:
                raise ServiceFailed(f"The buckets and queues are not there: {error}") from error
        starts = self.project.starts_after(service)
        try:
            await run_start_invokes(starts, functions)
        except StartFailed as error:
            return f"{_RETURNED[service]}, but {error}"
        again = ", ".join(start.function for start in starts)
        return _RETURNED[service] + (f"; {again} ran again" if again else "")
