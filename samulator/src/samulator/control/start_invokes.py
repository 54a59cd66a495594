"""What both stacks do with functions besides HTTP: start invokes, queues and schedules."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from samulator.control.local_toml import StartInvoke
from samulator.control.resources import sqs_client
from samulator.events.local_client import LocalClients
from samulator.events.schedule.clockwork import Clockwork
from samulator.events.schedule.field import InvalidExpression
from samulator.events.schedule.targets import ScheduleTargets
from samulator.events.sqs.poller import CONCURRENT_BATCHES, QueuePoller
from samulator.events.streams.mappings import stream_pollers
from samulator.functions.invocation import NotInvoked
from samulator.functions.invoker import Invoker
from samulator.servers.aws.config import REGION
from samulator.template.model import Application, SqsTrigger

_THREADS = 8
_THREADS_PER_QUEUE = 2


class StartFailed(Exception):
    """A function that has to run before the API opens failed; the message says how."""


def use_enough_threads(application: Application) -> None:
    """Each queue or stream holds a thread while it is polled: nothing else may wait for those.

    To be called on the event loop before its first thread.
    """
    polled = len(application.sqs_triggers) + len(application.stream_triggers)
    threads = _THREADS + _THREADS_PER_QUEUE * polled
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads))


async def run_start_invokes(starts: Iterable[StartInvoke], functions: Invoker) -> None:
    """Invokes in this order; raises StartFailed."""
    for start in starts:
        try:
            result = await functions.invoke(start.function, start.event)
        except NotInvoked as refusal:
            raise StartFailed(f"local.toml: [[start]] {start.function}: {refusal}") from refusal
        if result.function_error:
            error = json.loads(result.payload)
            raise StartFailed(
                f"{start.function} failed: {error.get('errorType')}: {error.get('errorMessage')}"
            )


def triggers(
    application: Application, functions: Invoker, *, aws_url: str
) -> Iterator[Coroutine[Any, Any, None]]:
    """The template's queue pollers and schedules; none of them ends by itself.

    A schedule that EventBridge would not take is left out: `silent_schedules` names it.
    """
    for trigger in application.sqs_triggers:
        poller = QueuePoller(
            trigger,
            functions,
            sqs_client(aws_url, REGION),
            concurrency=_concurrency(application, trigger),
        )
        yield poller.run()
    clients = LocalClients(aws_url, REGION)
    for stream in stream_pollers(application, functions, clients):
        yield stream.run()
    targets = ScheduleTargets(clients)
    for schedule in application.schedules:
        with suppress(InvalidExpression):
            clockwork = Clockwork(schedule, functions, region=REGION, targets=targets)
            yield never_ending(clockwork.run)


def _concurrency(application: Application, trigger: SqsTrigger) -> int:
    """A batch that no worker can take would wait, invisible in its queue."""
    reserved = application.functions[trigger.function].reserved_concurrency
    limits = (CONCURRENT_BATCHES, trigger.maximum_concurrency, reserved)
    return min(limit for limit in limits if limit)


async def never_ending(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The work, then nothing for ever: a stack ends when one of its tasks does."""
    await work()
    await asyncio.Event().wait()
