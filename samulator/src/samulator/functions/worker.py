"""One worker: a process running a function under the official runtime client."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from samulator.functions import bootstrap
from samulator.functions.api import Request, RuntimeApi
from samulator.functions.debugging import find_debugger, waiting_worker
from samulator.functions.environment import Surroundings, worker_environment
from samulator.functions.failure import Outcome, exited, out_of_memory, timed_out
from samulator.functions.interpreters import find_interpreter
from samulator.functions.log import LogPipe
from samulator.functions.packages import Layout
from samulator.functions.process_end import is_ending
from samulator.functions.supervision import Supervision
from samulator.template.model import Function

# Lambda gives the initialisation 10 s, then repeats it within the first request's own time.
INIT_SECONDS = 10.0
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class WorkerPlan:
    """Everything that the workers of one function have in common.

    With a `debug_port` a worker waits there for a debugger before it initialises. `xray_daemon` is
    as in Surroundings.
    """

    function: Function
    layout: Layout
    region: str
    supervision: Supervision
    on_line: Callable[[str], None]
    debug_port: int | None = None
    xray_daemon: str | None = None


class Worker:
    """A process that serves one request at a time until it exits or is killed.

    `on_ready` is called whenever it asks for work, `on_exit` once, when it is gone.
    """

    def __init__(
        self,
        plan: WorkerPlan,
        *,
        on_ready: Callable[["Worker"], None],
        on_exit: Callable[["Worker"], None],
    ) -> None:
        self._plan = plan
        self._on_ready = on_ready
        self._on_exit = on_exit
        self._api = RuntimeApi(
            on_next=self._asked_for_work,
            on_init_error=self._init_reported,
            is_there=lambda: self.alive,
        )
        loop = asyncio.get_running_loop()
        self._initialised: asyncio.Future[Outcome | None] = loop.create_future()
        self._killed_as: Callable[[str], Outcome] | None = None
        self._returncode: int | None = None
        self._most_memory = 0
        self.idle_since = 0.0
        # Whether its initialisation was ended by a signal of somebody else's.
        self.was_killed = False
        self.init_ms: float | None = None

    async def start(self) -> None:
        """Start the process. Raises TemplateError and OSError when there is nothing to start."""
        plan = self._plan
        self._started = asyncio.get_running_loop().time()
        self._temporary = tempfile.mkdtemp(dir=plan.supervision.folder)
        self.log = LogPipe(plan.on_line)
        try:
            self._process = await self._start_process(await self._api.start())
        except BaseException:
            await self._let_go()
            raise
        finally:
            os.close(self.log.write_end)
        plan.supervision.add(self._process.pid)
        self._observed = psutil.Process(self._process.pid)
        self._watch = asyncio.create_task(self._wait_for_exit())

    async def _start_process(self, runtime_api: str) -> asyncio.subprocess.Process:
        plan = self._plan
        path = plan.layout.search_path(plan.function.runtime)
        surroundings = Surroundings(plan.region, runtime_api, self._temporary, plan.xray_daemon)
        return await asyncio.create_subprocess_exec(
            find_interpreter(plan.function.runtime),
            *_program(plan.debug_port),
            plan.function.handler,
            os.pathsep.join(str(folder) for folder in path),
            cwd=plan.layout.folder,
            env=worker_environment(plan.function, plan.layout, surroundings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self.log.write_end,
            stderr=self.log.write_end,
            start_new_session=True,
        )

    async def _let_go(self) -> None:
        """Free what the process had: its log, its Runtime API and its files."""
        self.log.close()
        await self._api.close()
        await asyncio.to_thread(shutil.rmtree, self._temporary, ignore_errors=True)

    async def initialise(self) -> Callable[[str], Outcome] | None:
        """Wait for the end of the initialisation.

        Returns None, or what every request id that waited for this worker is answered.
        """
        limit = INIT_SECONDS + self._plan.function.timeout
        try:
            async with asyncio.timeout(limit):
                failed = await asyncio.shield(self._initialised)
        except TimeoutError:
            self.kill()
            return lambda request_id: timed_out(request_id, limit)
        if failed is not None:
            reported = failed
            return lambda _request_id: reported
        if self._returncode is not None:
            returncode = self._returncode
            killed_as = self._killed_as
            self.was_killed = returncode < 0 and killed_as is None
            return killed_as or (lambda request_id: exited(request_id, returncode))
        return None

    async def run(self, request: Request) -> Outcome:
        """Serve one request; must have been handed out by `on_ready`.

        Raises NotHandedOver where the process was gone before it had the request.
        """
        seconds = self._plan.function.timeout
        result = self._api.submit(request)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(result)
        except TimeoutError:
            self.kill()
            return timed_out(request.request_id, seconds)

    @property
    def alive(self) -> bool:
        """Whether the process still runs; also sees a death that nobody has reported yet."""
        return self._returncode is None and not is_ending(self._observed)

    @property
    def is_starting(self) -> bool:
        """Whether it has not asked for work yet."""
        return not self._initialised.done()

    @property
    def is_busy(self) -> bool:
        """Whether it serves a request right now."""
        return self._api.is_busy

    def check_memory(self) -> None:
        """Kill the process when what it holds, pages of files aside, exceeds its MemorySize."""
        used = self._memory_info()
        # A debugger's own needs are no fault of the function.
        if used is not None and self._plan.debug_port is None:
            held = used.rss - getattr(used, "shared", 0)
            most = self._plan.function.memory
            if held > most * _MEBIBYTE:
                if not self.is_busy and self._killed_as is None and not self.is_starting:
                    self.log.add(
                        f"Between requests the worker holds {held // _MEBIBYTE} MB, more than the "
                        f"function's MemorySize of {most} MB; another takes its place"
                    )
                self.kill(out_of_memory)

    def memory_used(self) -> int:
        """Return the most resident memory seen so far, in MiB."""
        self._memory_info()
        return round(self._most_memory / _MEBIBYTE)

    def kill(self, killed_as: Callable[[str], Outcome] | None = None) -> None:
        """Kill the process and everything in its process group, now."""
        if self._returncode is None:
            self._killed_as = self._killed_as or killed_as
            self._kill_group()

    async def close(self) -> None:
        """Kill the process and wait until nothing is left of it."""
        self.kill()
        await asyncio.shield(self._watch)

    def _asked_for_work(self) -> None:
        now = asyncio.get_running_loop().time()
        if not self._initialised.done():
            self.init_ms = (now - self._started) * 1000
            self._initialised.set_result(None)
            told = slow_start(now - self._started, self._plan.function.timeout)
            # Whoever stops at breakpoints takes as long as they like.
            if told is not None and self._plan.debug_port is None:
                self.log.add(told)
        self.idle_since = now
        self._on_ready(self)

    def _init_reported(self, outcome: Outcome) -> None:
        if not self._initialised.done():
            self._initialised.set_result(outcome)

    async def _wait_for_exit(self) -> None:
        self._returncode = await self._process.wait()
        self._kill_group()
        self._plan.supervision.remove(self._process.pid)
        self.log.close()
        if not self._initialised.done():
            self._initialised.set_result(None)
        self._api.abandon(self._answer_of_the_dead)
        await self._let_go()
        self._on_exit(self)

    def _answer_of_the_dead(self, request_id: str) -> Outcome:
        if self._killed_as is not None:
            return self._killed_as(request_id)
        assert self._returncode is not None
        return exited(request_id, self._returncode)

    def _kill_group(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # Nothing of the group is left; macOS says EPERM for one that has only a zombie.
            return

    def _memory_info(self) -> "psutil._ntuples.pmem | None":
        try:
            used = self._observed.memory_info()
        except psutil.NoSuchProcess:
            return None
        self._most_memory = max(self._most_memory, used.rss)
        return used


def slow_start(seconds: float, timeout: float) -> str | None:
    """Return what an initialisation of these seconds comes to on AWS, None where it is in time.

    Here it goes on where it would begin again, so that nobody waits for it twice.
    """
    if seconds <= INIT_SECONDS:
        return None
    end = "is too short for it" if seconds >= timeout else "has to do for both"
    return (
        f"Its initialisation took {seconds:.1f} s: Lambda ends it after {INIT_SECONDS:.0f} s and "
        f"repeats it as part of the first call, whose Timeout of {timeout:g} s {end}"
    )


def _program(debug_port: int | None) -> tuple[str, ...]:
    """What the interpreter is started with, before the handler and the search path."""
    if debug_port is None:
        return ("-S", bootstrap.__file__)
    waiting = (waiting_worker.__file__, str(debug_port), str(find_debugger()))
    return ("-Xfrozen_modules=off", "-S", *waiting, bootstrap.__file__)
