"""Functions in worker processes, warmed at the start and reloaded when they are saved."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from samulator.control.console import Console
from samulator.control.debug_ports import debug_ports
from samulator.control.mode import Work
from samulator.control.project import Project
from samulator.functions.asynchronous import DestinationSender
from samulator.functions.aws_access import with_aws_access
from samulator.functions.debugging import without_limits
from samulator.functions.packages import Packages
from samulator.functions.reload import ReloadListener, Watching, watch, watch_code
from samulator.functions.runnable import runnable
from samulator.functions.tracing import TRACES_FILE
from samulator.http.plan import answering
from samulator.template.model import Application

if TYPE_CHECKING:
    from samulator.functions.worker_host import WorkerHost

# In the state's folder: event invokes that were accepted and did not end.
EVENTS_FILE = "events.sqlite"


class WorkerMode:
    """A Mode; the host it creates is its own for the rest of the run."""

    description = ""
    gateway: str | None = None
    own_ports: frozenset[str] = frozenset()

    def __init__(self, project: Project, console: Console, debug: Sequence[str] = ()) -> None:
        """`debug` names functions that wait for a debugger, as --debug does."""
        self._project = project
        self._console = console
        self._debug = debug
        self._debug_ports: Mapping[str, int] = {}
        self._application: Application
        self._packages: Packages
        self._code: Watching
        self._host: WorkerHost

    def adapt(self, application: Application, aws_url: str) -> Application:
        """Raises InvalidTarget and DebuggerMissing for what `debug` names."""
        adapted = with_aws_access(
            runnable(application),
            aws_url,
            allow_aws=self._project.allow_aws,
            iam=self._project.iam,
        )
        self._debug_ports = debug_ports(self._debug, adapted)
        return without_limits(adapted, self._debug_ports)

    async def build(self, application: Application) -> None:
        """Raises PackageError."""
        self._application = application
        self._packages = Packages(
            application,
            state=self._project.builds,
            progress=self._console.preparing,
            problem=self._console.problem,
        )
        try:
            await asyncio.to_thread(self._packages.build)
        except asyncio.CancelledError:
            self._packages.stop()
            raise
        # Before any worker reads it.
        own = (self._project.state.resolve(), self._project.builds.resolve())
        self._code = await asyncio.to_thread(watch_code, application, self._packages, ignored=own)

    def create_host(
        self,
        application: Application,
        environment: Mapping[str, str],  # noqa: ARG002 - the application holds it already
        destinations: DestinationSender,
    ) -> "WorkerHost":
        # They bring a server of HTTP, which the other servers need not wait for.
        from samulator.functions.fleet import Options
        from samulator.functions.worker_host import WorkerHost

        self._host = WorkerHost(
            application,
            self._packages,
            listener=self._console,
            destinations=destinations,
            options=Options(
                debug_ports=self._debug_ports,
                events_file=self._project.state / EVENTS_FILE,
                traces_file=self._project.state / TRACES_FILE,
                on_problem=self._console.went_wrong,
            ),
        )
        return self._host

    async def warm(self) -> None:
        """One worker per function, so that nobody's first request pays for the imports.

        Those that answer HTTP come first: somebody waits for them. Those that wait for a debugger
        wait for none of these: an editor attaches as soon as the doors are open.
        """
        await asyncio.gather(self._warm_others(), *map(self._host.warm, self._debug_ports))

    async def _warm_others(self) -> None:
        functions = self._application.functions
        for name in dict.fromkeys([*answering(self._application), *functions]):
            is_later = functions[name].makes_custom_resources
            if not is_later and name not in self._debug_ports:
                await self._host.warm(name)

    async def check(self) -> None:
        """The stack's own doors answer as soon as they are open, so that what is left can run."""
        self._host.resume()

    def background(self) -> Iterator[Work]:
        listener = ReloadListener(self._console.reloaded, self._console.problem)
        yield watch(self._application, self._host, self._packages, listener, code=self._code)
