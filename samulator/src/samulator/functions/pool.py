"""The workers of one function: started on demand, bounded, one request each."""

import asyncio
import signal
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from samulator.functions.failure import Outcome, exited
from samulator.functions.worker import Worker

# A burst of short requests is faster on warm workers than on cold ones that compete for the same
# cores.
GROW_AFTER_SECONDS = 0.05

StartWorker = Callable[[Callable[[Worker], None], Callable[[Worker], None]], Awaitable[Worker]]


class InitFailed(Exception):
    """The function cannot be initialised; `answer` gives the outcome for a request id.

    `is_kill` says that something else ended the process, so that another may well start.
    """

    def __init__(
        self, answer: Callable[[str], Outcome], log: bytes, *, is_kill: bool = False
    ) -> None:
        super().__init__("initialisation failed")
        self.answer = answer
        self.log = log
        self.is_kill = is_kill


@dataclass(frozen=True, eq=False)
class _Waiter:
    """A request without a worker; it takes one whose code is no older than `generation`."""

    worker: "asyncio.Future[Worker]"
    generation: int


_STOPPING = InitFailed(lambda request_id: exited(request_id, -signal.SIGTERM), b"")


class Pool:
    """Hands out idle workers in the order of the requests and starts at most `limit`.

    A request waits `grow_after` seconds for a busy worker before another is started.
    """

    def __init__(self, start_worker: StartWorker, limit: int, grow_after: float) -> None:
        self._start_worker = start_worker
        self._limit = limit
        self._grow_after = grow_after
        self._idle: list[Worker] = []
        self._waiting: deque[_Waiter] = deque()
        self._stale: set[Worker] = set()
        self._generations: dict[Worker, int] = {}
        self._kills = 0
        self._closed = False
        self._generation = 0
        self._starting_generation = 0
        self._is_wanted = False
        self.last_used: float | None = None
        self._starting: asyncio.Task[None] | None = None
        self._growing: asyncio.TimerHandle | None = None
        self.workers: set[Worker] = set()

    async def acquire(self) -> Worker:
        """Return an idle worker, started if need be. Raises InitFailed."""
        self.last_used = asyncio.get_running_loop().time()
        generation = self._generation
        while True:
            worker = self._idle.pop() if self._idle else await self._wait_for_worker(generation)
            if worker.alive and self._generations.get(worker, -1) >= generation:
                return worker

    async def warm(self) -> None:
        """Have at least one worker of the current code, initialised or failed.

        While retired workers fill the limit, one is started when they are gone.
        """
        while self._starting is not None and self._starting_generation != self._generation:
            await asyncio.shield(self._starting)
        self._is_wanted = self._starting is None and not self._fresh
        self._grow()
        if self._starting is not None:
            await asyncio.shield(self._starting)

    def reload(self) -> None:
        """Retire all workers; those that serve a request are killed when they have answered.

        One that starts for requests of before this goes on: else saves that come faster than a
        start would keep them waiting for ever.
        """
        self._generation += 1
        self._stale.update(self.workers)
        self._idle.clear()
        for worker in self.workers:
            if not worker.is_busy and not self._is_awaited(worker):
                worker.kill()

    def reap(self, idle_seconds: float) -> None:
        """Kill workers idle for long, but the one used last."""
        oldest_allowed = asyncio.get_running_loop().time() - idle_seconds
        for worker in self._idle[:-1]:
            if worker.idle_since < oldest_allowed:
                self._idle.remove(worker)
                worker.kill()

    async def close(self) -> None:
        """Kill every worker and wait for the end of each."""
        if self._growing is not None:
            self._growing.cancel()
        self._closed = True
        self._idle.clear()
        self._fail_waiting(_STOPPING, self._generation)
        await asyncio.gather(*(worker.close() for worker in self.workers))
        if self._starting is not None:
            await asyncio.shield(self._starting)
        await asyncio.gather(*(worker.close() for worker in self.workers))

    def _is_awaited(self, worker: Worker) -> bool:
        """Whether it still starts, and a request waits that it may serve."""
        generation = self._generations[worker]
        is_wanted = any(
            waiter.generation <= generation and not waiter.worker.done() for waiter in self._waiting
        )
        return worker.is_starting and is_wanted

    async def _wait_for_worker(self, generation: int) -> Worker:
        if self._closed:
            raise _STOPPING
        waiter: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiter(waiter, generation))
        self._grow()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._ready(waiter.result())
            raise

    def _ready(self, worker: Worker) -> None:
        waiter = self._next_waiter(self._generations[worker])
        if waiter is not None:
            waiter.set_result(worker)
        elif worker in self._stale:
            worker.kill()
        else:
            self._idle.append(worker)

    def _exited(self, worker: Worker) -> None:
        self.workers.discard(worker)
        self._stale.discard(worker)
        # Whoever was given it meanwhile still asks for its generation.
        asyncio.get_running_loop().call_soon(self._generations.pop, worker, None)
        if worker in self._idle:
            self._idle.remove(worker)
        self._grow()

    @property
    def _fresh(self) -> set[Worker]:
        return self.workers - self._stale

    def _grow(self) -> None:
        if self._closed or self._starting is not None or len(self.workers) >= self._limit:
            return
        if not self._fresh and (self._waiting or self._is_wanted):
            self._start()
        elif self._waiting and self._growing is None:
            loop = asyncio.get_running_loop()
            self._growing = loop.call_later(self._grow_after, self._grow_if_waiting)

    def _grow_if_waiting(self) -> None:
        self._growing = None
        can_start = self._starting is None and len(self.workers) < self._limit
        if self._waiting and can_start and not self._closed:
            self._start()

    def _start(self) -> None:
        self._is_wanted = False
        self._starting_generation = self._generation
        self._starting = asyncio.create_task(self._start_one())

    async def _start_one(self) -> None:
        generation = self._generation
        try:
            await self._start_and_initialise(generation)
        except InitFailed as failure:
            self._kills = self._kills + 1 if failure.is_kill else 0
            if not self._fresh:
                is_one_of_many = self._kills == 1
                self._fail_waiting(failure, generation, most=1 if is_one_of_many else None)
        else:
            self._kills = 0
        finally:
            self._starting = None
        self._grow()

    async def _start_and_initialise(self, generation: int) -> None:
        worker = await self._start_worker(self._ready, self._exited)
        self._generations[worker] = generation
        self.workers.add(worker)
        if generation != self._generation:
            self._stale.add(worker)
        answer = await worker.initialise()
        if answer is not None:
            is_kill = worker.was_killed
            is_awaited = worker not in self._stale or self._is_awaited(worker)
            await worker.close()
            if is_awaited:
                raise InitFailed(answer, worker.log.tail(), is_kill=is_kill)

    def _fail_waiting(
        self, failure: InitFailed, generation: int, *, most: int | None = None
    ) -> None:
        """Fail the requests of the generation and before, or the `most` that wait longest.

        All of them where a start failed by itself: they would fail the same way, each after
        another initialisation.
        """
        failed = 0
        while failed != most and (waiter := self._next_waiter(generation)) is not None:
            waiter.set_exception(failure)
            failed += 1

    def _next_waiter(self, generation: int) -> "asyncio.Future[Worker] | None":
        """The request that waits longest, where code of this generation is new enough for it."""
        while self._waiting:
            if self._waiting[0].generation > generation:
                return None
            waiter = self._waiting.popleft().worker
            if not waiter.done():
                return waiter
        return None
