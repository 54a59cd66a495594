"""The workers of one function: started on demand, bounded, one request each."""

import asyncio
import signal
from collections import deque
from collections.abc import Awaitable, Callable

from samulator.functions.failure import Outcome, exited
from samulator.functions.worker import Worker

# A burst of short requests is faster on warm workers than on cold ones that compete for the same
# cores.
GROW_AFTER_SECONDS = 0.05

StartWorker = Callable[[Callable[[Worker], None], Callable[[Worker], None]], Awaitable[Worker]]


class InitFailed(Exception):
    """The function cannot be initialised; `answer` gives the outcome for a request id."""

    def __init__(self, answer: Callable[[str], Outcome], log: bytes) -> None:
        super().__init__("initialisation failed")
        self.answer = answer
        self.log = log


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
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._stale: set[Worker] = set()
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
        while True:
            worker = self._idle.pop() if self._idle else await self._wait_for_worker()
            if worker.alive and worker not in self._stale:
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
        """Retire all workers; those that serve a request are killed when they have answered."""
        self._generation += 1
        self._stale.update(self.workers)
        self._idle.clear()
        for worker in self.workers:
            if not worker.is_busy:
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
        self._fail_waiting(_STOPPING)
        await asyncio.gather(*(worker.close() for worker in self.workers))
        if self._starting is not None:
            await asyncio.shield(self._starting)
        await asyncio.gather(*(worker.close() for worker in self.workers))

    async def _wait_for_worker(self) -> Worker:
        if self._closed:
            raise _STOPPING
        waiter: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._grow()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._ready(waiter.result())
            raise

    def _ready(self, worker: Worker) -> None:
        if worker in self._stale:
            worker.kill()
            return
        waiter = self._next_waiter()
        if waiter is None:
            self._idle.append(worker)
        else:
            waiter.set_result(worker)

    def _exited(self, worker: Worker) -> None:
        self.workers.discard(worker)
        self._stale.discard(worker)
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
        try:
            await self._start_and_initialise()
        except InitFailed as failure:
            if not self._fresh:
                self._fail_waiting(failure)
        finally:
            self._starting = None
        self._grow()

    async def _start_and_initialise(self) -> None:
        generation = self._generation
        worker = await self._start_worker(self._ready, self._exited)
        self.workers.add(worker)
        if generation != self._generation:
            self._stale.add(worker)
        answer = await worker.initialise()
        if answer is not None:
            is_stale = worker in self._stale
            await worker.close()
            if not is_stale:
                raise InitFailed(answer, worker.log.tail())

    def _fail_waiting(self, failure: InitFailed) -> None:
        # All of them: they would fail the same way, each after another initialisation.
        while (waiter := self._next_waiter()) is not None:
            waiter.set_exception(failure)

    def _next_waiter(self) -> asyncio.Future[Worker] | None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                return waiter
        return None
