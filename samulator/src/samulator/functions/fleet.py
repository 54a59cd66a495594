"""The worker processes of all functions: started, watched, reloaded and ended together."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from samulator.functions.attempt import Attempts
from samulator.functions.packages import Packages
from samulator.functions.pool import GROW_AFTER_SECONDS, Pool
from samulator.functions.starter import Means, WorkerStarter
from samulator.functions.supervision import Supervision
from samulator.functions.tracing import Tracing
from samulator.template.model import Application
from samulator.template.names import function_arn

DEFAULT_CONCURRENCY = max(4, os.cpu_count() or 1)
_CHECK_SECONDS = 0.2
_IDLE_SECONDS = 60.0


def _to_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")


@dataclass(frozen=True)
class Options:
    """What is the same for all functions.

    `retry_delays` are seconds before the first and second retry of an Event invoke (AWS: 60 and
    120); `concurrency` is the most workers of a function, which may reserve fewer; a request waits
    `grow_after_seconds` for a busy worker before another is started. `debug_ports` are those of
    functions (by logical id) that wait for a debugger. `events_file` has Event invokes until they
    end, None to have them in memory alone. `traces_file` has what functions tell the X-Ray daemon,
    None to have no daemon; `on_problem` gets a line where it cannot be kept.
    """

    retry_delays: tuple[float, float] = (1.0, 2.0)
    concurrency: int = DEFAULT_CONCURRENCY
    grow_after_seconds: float = GROW_AFTER_SECONDS
    debug_ports: Mapping[str, int] = field(default_factory=dict)
    events_file: Path | None = None
    traces_file: Path | None = None
    on_problem: Callable[[str], None] = _to_stderr


class Fleet:
    """The workers of each function by its logical id; `on_line` gets what they log."""

    def __init__(
        self,
        application: Application,
        packages: Packages,
        on_line: Callable[[str, str], None],
        options: Options,
    ) -> None:
        self._application = application
        self._packages = packages
        self._on_line = on_line
        self._options = options
        self._supervision = Supervision()
        self._tracing = Tracing(options.traces_file, options.on_problem)
        self._attempts = {name: self._attempts_of(name) for name in application.functions}
        self._watch: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None

    def __getitem__(self, logical_id: str) -> Attempts:
        return self._attempts[logical_id]

    async def start(self) -> None:
        """Start what watches over the worker processes; workers start on demand."""
        await self._supervision.start()
        await self._tracing.start()
        self._watch = asyncio.create_task(self._watch_workers())

    async def close(self) -> None:
        """Kill every worker with all it started; running invocations end with an error."""
        for task in (self._watch, self._warming):
            if task is not None:
                task.cancel()
        await asyncio.gather(*(attempts.pool.close() for attempts in self._attempts.values()))
        await self._supervision.close()
        self._tracing.close()

    def reload(self, logical_ids: Sequence[str]) -> None:
        """Retire the workers of these functions; requests in flight finish on the old code.

        New ones start in the background, one after another, the function used last first: an
        error shows before the next request, and the starts do not compete for the cores.
        """
        pools = []
        for logical_id in logical_ids:
            self._attempts[logical_id].starter.forget_layout()
            pools.append(self._attempts[logical_id].pool)
            pools[-1].reload()
        used = [pool for pool in pools if pool.last_used is not None]
        used.sort(key=lambda pool: pool.last_used or 0, reverse=True)
        if self._warming is not None:
            self._warming.cancel()
        self._warming = asyncio.create_task(_warm(used))

    def give(self, logical_id: str, environment: Mapping[str, str]) -> None:
        """Have the function's next request find these variables."""
        self._attempts[logical_id].starter.give(environment)
        self._attempts[logical_id].pool.reload()

    def _attempts_of(self, name: str) -> Attempts:
        function = self._application.functions[name]
        arn = function_arn(self._application.region, function.name)

        def on_line(line: str) -> None:
            self._on_line(name, line)

        starter = WorkerStarter(
            name,
            self._application,
            Means(self._packages, self._supervision, self._tracing),
            on_line,
            self._options.debug_ports.get(name),
        )
        # A reserve is made for AWS; this machine has the processors that it has.
        limits = (self._options.concurrency, function.reserved_concurrency)
        limit = min(limit for limit in limits if limit is not None)
        pool = Pool(starter.start, limit, self._options.grow_after_seconds)
        return Attempts(name, function, arn, pool, starter, self._tracing)

    async def _watch_workers(self) -> None:
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            for attempts in self._attempts.values():
                attempts.pool.reap(_IDLE_SECONDS)
                for worker in attempts.pool.workers:
                    worker.check_memory()


async def _warm(pools: Sequence[Pool]) -> None:
    for pool in pools:
        await pool.warm()
