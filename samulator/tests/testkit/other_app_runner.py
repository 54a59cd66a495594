"""Runs the other application for tests: its functions and endpoints on a loop in a thread."""

import asyncio
import json
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from samulator.functions.asynchronous import DestinationSender
from samulator.functions.aws_access import with_aws_access
from samulator.functions.debugging import targets, without_limits
from samulator.functions.fleet import Options
from samulator.functions.invocation import Invocation
from samulator.functions.packages import Packages
from samulator.functions.runnable import runnable
from samulator.functions.worker_host import WorkerHost
from samulator.http.doors import DoorOptions, open_first
from samulator.http.gateway.exchange import Exchange
from samulator.http.issuer.token import Tokens
from samulator.http.lambda_api.endpoint import InvokeApi
from samulator.http.server.server import Interface, bound_port, serve
from samulator.issuer_keys import IssuerKeys
from samulator.template.load import load_application
from samulator.template.model import Destination
from testkit.timing import LONG_SECONDS, wait_until

ROOT = Path(__file__).parents[3]
TEMPLATE = Path(__file__).parents[1] / "other_app" / "template.yaml"
T = TypeVar("T")


@dataclass
class Recorder:
    """A listener that remembers."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    invocations: list[Invocation] = field(default_factory=list)

    def logged(self, function: str, line: str) -> None:
        self.lines.append((function, line))

    def finished(self, invocation: Invocation) -> None:
        self.invocations.append(invocation)


class OtherApp:
    """The application running; `call` runs a coroutine on its loop and returns the result."""

    def __init__(
        self,
        template: Path = TEMPLATE,
        *,
        concurrency: int = 4,
        grow_after: float = 0.05,
        aws_url: str | None = None,
        debug: Sequence[str] = (),
        destinations: DestinationSender | None = None,
        events_file: Path | None = None,
        traces_file: Path | None = None,
    ) -> None:
        """`aws_url` is where its functions find AWS's services, if they run; `debug` as in up.

        Without `destinations`, what they would get is in `failures`.
        """
        self.recorder = Recorder()
        self.failures: list[tuple[str, dict[str, Any]]] = []
        self._destinations = destinations or _Kept(self.failures)
        self.exchanges: list[Exchange] = []
        application = runnable(load_application(template))
        application = with_aws_access(application, aws_url) if aws_url else application
        debug_ports = targets(debug, application)
        self.application = without_limits(application, debug_ports)
        self.packages = Packages(
            self.application,
            # Kept between runs: the runtime client is installed once.
            state=ROOT / ".samulator" / "tests",
        )
        self._options = Options(
            retry_delays=(0.01, 0.01),
            concurrency=concurrency,
            grow_after_seconds=grow_after,
            debug_ports=debug_ports,
            events_file=events_file,
            traces_file=traces_file,
        )
        self._loop = asyncio.new_event_loop()
        # A program whose application does not start ends with its traceback, and does not wait.
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.call(self._start())

    def call(self, coroutine: Coroutine[Any, Any, T], timeout: float = LONG_SECONDS) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout)

    def invoke(self, name: str, event: object = None) -> Invocation:
        return self.call(self.functions.invoke(name, json.dumps(event or {}).encode()))

    def invoke_json(self, name: str, event: object = None) -> Any:
        """What the function returned."""
        return json.loads(self.invoke(name, event).payload)

    def workers_of(self, name: str) -> set[int]:
        """The processes of a function's workers."""
        workers = self.functions.pool_of(name).workers
        return {worker._process.pid for worker in {*workers}}

    def wait_for_line(self, text: str) -> None:
        """Returns when a function has logged a line with the text."""
        wait_until(lambda: any(text in line for _, line in [*self.recorder.lines]))

    def close(self) -> None:
        self.call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self.functions = WorkerHost(
            self.application,
            self.packages,
            listener=self.recorder,
            destinations=self._destinations,
            options=self._options,
        )
        await self.functions.start()
        tokens = Tokens(IssuerKeys(ROOT / ".samulator" / "tests"), "http://localhost")
        options = DoorOptions(tokens, self.exchanges.append)
        apps: list[Interface] = [InvokeApi(self.functions)]
        if self.application.apis or self.application.function_urls:
            apps.append(open_first(self.application, self.functions, options))
        self._runners = [await serve(app, "127.0.0.1", 0) for app in apps]
        urls = [f"http://127.0.0.1:{bound_port(runner)}" for runner in self._runners]
        # An application without a door has no other.
        self.lambda_url, self.url = urls[0], urls[-1]

    async def _stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()
        await self.functions.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


@dataclass
class _Kept:
    """A DestinationSender that keeps the names of destinations and what they got."""

    failures: list[tuple[str, dict[str, Any]]]

    async def send(self, destination: Destination, record: dict[str, Any]) -> None:
        self.failures.append((destination.name, record))

    async def bury(
        self, destination: Destination, payload: bytes, request_id: str, error: str
    ) -> None:
        letter = {"event": json.loads(payload), "request_id": request_id, "error": error}
        self.failures.append((destination.name, letter))
