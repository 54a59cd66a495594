"""Starts workers of one function, and says why when it cannot."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from samulator.functions.debugging import DebuggerMissing
from samulator.functions.failure import Outcome
from samulator.functions.packages import Layout, PackageError, Packages
from samulator.functions.pool import InitFailed
from samulator.functions.supervision import Supervision
from samulator.functions.tracing import Tracing
from samulator.functions.worker import Worker, WorkerPlan
from samulator.template.model import Application, TemplateError


@dataclass(frozen=True)
class Means:
    """What workers of every function are started with."""

    packages: Packages
    supervision: Supervision
    tracing: Tracing


class WorkerStarter:
    """Knows where the function's parts lie, until told that they changed."""

    def __init__(
        self,
        name: str,
        application: Application,
        means: Means,
        on_line: Callable[[str], None],
        debug_port: int | None = None,
    ) -> None:
        """`name` is the logical id; `on_line` gets what the workers log."""
        self._name = name
        self._region = application.region
        self._function = application.functions[name]
        self._means = means
        self.on_line = on_line
        self._debug_port = debug_port
        self._layout: Layout | None = None

    def give(self, environment: Mapping[str, str]) -> None:
        """Have workers from now on start with these variables."""
        self._function = replace(self._function, environment=environment)

    def forget_layout(self) -> None:
        """Look again at code and layers before the next start."""
        self._layout = None

    async def start(
        self, on_ready: Callable[[Worker], None], on_exit: Callable[[Worker], None]
    ) -> Worker:
        """Start one worker. Raises InitFailed when a layer or the interpreter is missing."""
        try:
            worker = Worker(await self._plan(), on_ready=on_ready, on_exit=on_exit)
            await worker.start()
        except (PackageError, TemplateError, DebuggerMissing, OSError) as error:
            self.on_line(str(error))
            raise InitFailed(_cannot_start(str(error)), str(error).encode()) from error
        return worker

    async def _plan(self) -> WorkerPlan:
        layout = self._layout
        if layout is None:
            layout = await asyncio.to_thread(self._means.packages.layout, self._name)
            self._layout = layout
        return WorkerPlan(
            function=self._function,
            layout=layout,
            region=self._region,
            supervision=self._means.supervision,
            on_line=self.on_line,
            debug_port=self._debug_port,
            xray_daemon=self._means.tracing.address,
        )


def _cannot_start(reason: str) -> Callable[[str], Outcome]:
    error = {"errorType": "Runtime.InvalidEntrypoint", "errorMessage": reason}
    outcome = Outcome(json.dumps(error).encode(), "Runtime.InvalidEntrypoint", "error", reason)
    return lambda _request_id: outcome
