"""Keeps a running stack's servers alive and gives those that forget what they need."""

from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

from samulator.control.console import Console
from samulator.control.project import Project
from samulator.control.resource_problems import ResourceProblems
from samulator.control.start_invokes import StartFailed, run_start_invokes
from samulator.control.state import RunningStack
from samulator.functions.host import Invoker
from samulator.servers.data import DATA_SERVERS
from samulator.servers.group import Servers
from samulator.servers.keeper import UP, Keeper, Listeners
from samulator.servers.requests import ServiceRequests
from samulator.template.model import Application

_AWS_RETURNED = " with its buckets and queues"


@dataclass(frozen=True)
class Supervisor:
    """The servers of one stack; all are launched when `work` begins."""

    project: Project
    application: Application
    servers: Servers
    record: RunningStack
    console: Console
    problems: ResourceProblems
    _states: dict[str, str] = field(default_factory=dict)

    def work(self, functions: Invoker) -> Iterator[Coroutine[Any, Any, None]]:
        """Never-ending coroutines for the loop of the main thread; one may raise StateGone."""
        requests = ServiceRequests(self.project.state)
        requests.clear()

        async def returned(service: str) -> str:
            return await self._returned(service, functions)

        console = self.console
        listeners = Listeners(self._state, console.happened, console.went_wrong, returned)
        for title, service in self.servers.named():
            self._state(service.name, UP)
            yield Keeper(title, service, requests, listeners).run()
        yield self.record.watch()
        yield self.problems.watch()

    def _state(self, service: str, state: str) -> None:
        self._states[service] = state
        self.record.tell(services=self._states, servers=self.servers.pids())

    async def _returned(self, service: str, functions: Invoker) -> str:
        """Says what a service that forgot lacks, and runs what has to run again."""
        if service == "aws":
            self.problems.start_again()
        lost = DATA_SERVERS[service].returned if service in DATA_SERVERS else _AWS_RETURNED
        starts = self.project.starts_after(service)
        try:
            await run_start_invokes(starts, functions)
        except StartFailed as error:
            return f"{lost}, but {error}"
        again = ", ".join(start.function for start in starts)
        return lost + (f"; {again} ran again" if again else "")
