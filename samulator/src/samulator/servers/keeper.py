"""Keeps one data service running, unless it was stopped on purpose or dies again and again."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from samulator.called import command
from samulator.servers.process import READY_TIMEOUT_SECONDS, Server, ServiceFailed
from samulator.servers.requests import START, STOP, ServiceRequests

UP, STOPPED, STARTING, GIVEN_UP = "up", "stopped on purpose", "starting again", "given up"


@dataclass(frozen=True)
class Patience:
    """A service that dies the `deaths`-th time within `seconds` stays down.

    Before the first restart it pauses `pause` seconds, twice as long before each one after.
    """

    deaths: int = 5
    seconds: float = 60.0
    pause: float = 0.5
    check: float = 0.2


@dataclass(frozen=True)
class Listeners:
    """Who is told: `state` of the service (its name and one of the words above), lines to say.

    `returned` does what is needed after a return and gives what is to be said about it.
    """

    state: Callable[[str, str], None]
    say: Callable[[str], None]
    problem: Callable[[str], None]
    returned: Callable[[str], Awaitable[str]]


class Keeper:
    """Looks after one service that is running when `run` begins."""

    def __init__(
        self,
        title: str,
        service: Server,
        requests: ServiceRequests,
        told: Listeners,
        patience: Patience = Patience(),
    ) -> None:
        self._title = title
        self._service = service
        self._requests = requests
        self._told = told
        self._patience = patience
        self._deaths: deque[float] = deque()

    async def run(self) -> None:
        """Runs until cancelled, on the loop of the main thread; whoever cancels stops the service.

        Nothing is started after the cancellation, for starting is one step of the loop.
        """
        while True:
            if self._wanted == STOP:
                await self._stay_down()
            elif not self._service.is_running():
                await self._restart()
            elif self._wanted == START:
                self._requests.forget(self._service.name)
            await asyncio.sleep(self._patience.check)

    @property
    def _wanted(self) -> str | None:
        return self._requests.of(self._service.name)

    async def _stay_down(self) -> None:
        if self._service.is_running():
            await asyncio.to_thread(self._service.stop)
        self._state(STOPPED)
        self._told.say(f"{self._title} is stopped; {self._way_back} starts it again")
        await self._until_wanted()

    async def _until_wanted(self) -> None:
        while self._wanted != START:
            await asyncio.sleep(self._patience.check)
        self._deaths.clear()
        self._state(STARTING)
        self._requests.forget(self._service.name)
        await self._start()

    async def _restart(self) -> None:
        now = time.monotonic()
        self._deaths.append(now)
        while self._deaths[0] < now - self._patience.seconds:
            self._deaths.popleft()
        if len(self._deaths) >= self._patience.deaths:
            await self._give_up()
            return
        pause = self._patience.pause * 2 ** (len(self._deaths) - 1)
        self._state(STARTING)
        self._told.problem(f"{self._title} {self._service.ending}; starts again in {pause:g} s")
        await asyncio.sleep(pause)
        if self._wanted != STOP:
            await self._start()

    async def _give_up(self) -> None:
        self._state(GIVEN_UP)
        lines = [
            f"{self._title} {self._service.ending}, {len(self._deaths)} times within "
            f"{self._patience.seconds:g} s, and stays down; {self._way_back} tries again. "
            "Its last words:",
            *(f"  {line}" for line in self._service.last_words(5)),
        ]
        self._told.problem("\n".join(lines))
        await self._until_wanted()

    async def _start(self) -> None:
        """A failure is said; `run` then sees that the service does not run."""
        begin = time.monotonic()
        try:
            self._service.launch()
            await self._until_ready(begin + READY_TIMEOUT_SECONDS)
            note = await self._told.returned(self._service.name)
        except (ServiceFailed, OSError) as error:
            self._told.problem(str(error))
            return
        self._state(UP)
        self._told.say(f"{self._title} is back after {time.monotonic() - begin:.1f} s{note}")

    async def _until_ready(self, deadline: float) -> None:
        # Short looks, for a thread cannot be cancelled and the stack would wait for it.
        while not await asyncio.to_thread(self._service.is_ready):
            if time.monotonic() > deadline:
                await asyncio.to_thread(self._service.stop)
                raise ServiceFailed(f"{self._title} does not answer")
            await asyncio.sleep(0.02)

    def _state(self, state: str) -> None:
        self._told.state(self._service.name, state)

    @property
    def _way_back(self) -> str:
        return command("start", self._service.name)
