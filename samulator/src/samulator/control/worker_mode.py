"""Functions in worker processes, warmed at the start and reloaded when they are saved."""

from collections.abc import Iterator, Mapping

from samulator.control.console import Console
from samulator.control.mode import Work
from samulator.control.project import Project
from samulator.functions.asynchronous import SendRecord
from samulator.functions.aws_access import with_aws_access
from samulator.functions.interpreters import choose_runtimes
from samulator.functions.packages import Packages
from samulator.functions.reload import ReloadListener, Watching, watch, watch_code
from samulator.functions.worker_host import WorkerHost
from samulator.template.model import Application


class WorkerMode:
    """A Mode; the host it creates is its own for the rest of the run."""

    description = ""
    gateway: str | None = None
    own_ports: frozenset[str] = frozenset()

    def __init__(self, project: Project, console: Console) -> None:
        self._project = project
        self._console = console
        self._application: Application
        self._packages: Packages
        self._code: Watching
        self._host: WorkerHost

    def adapt(self, application: Application, aws_url: str) -> Application:
        """Runtimes that this machine lacks become its own; functions reach the local AWS."""
        return with_aws_access(choose_runtimes(application), aws_url)

    def build(self, application: Application) -> None:
        """Raises PackageError."""
        self._application = application
        self._packages = Packages(
            application, state=self._project.builds, progress=self._console.preparing
        )
        self._packages.build()
        # Before any worker reads it.
        own = (self._project.state.resolve(), self._project.builds.resolve())
        self._code = watch_code(application, self._packages, ignored=own)

    def create_host(
        self,
        application: Application,
        environment: Mapping[str, str],  # noqa: ARG002 - the application holds it already
        send_record: SendRecord,
    ) -> WorkerHost:
        self._host = WorkerHost(
            application, self._packages, listener=self._console, send_record=send_record
        )
        return self._host

    async def warm(self) -> None:
        """One worker per function, so that nobody's first request pays for the imports.

        Those that answer HTTP come first: somebody waits for them.
        """
        routed = [route.function for route in self._application.routes]
        for name in dict.fromkeys([*routed, *self._application.functions]):
            await self._host.warm(name)

    async def check(self) -> None:
        """The stack's own doors answer as soon as they are open."""

    def background(self) -> Iterator[Work]:
        listener = ReloadListener(self._console.reloaded, self._console.problem)
        yield watch(self._application, self._host, self._packages, listener, code=self._code)
