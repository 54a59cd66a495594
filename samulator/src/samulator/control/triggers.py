"""What calls functions besides HTTP: each trigger a coroutine that never ends by itself."""

from collections.abc import Coroutine, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from samulator.control.tasks import never_ending
from samulator.events.local_client import LocalClients
from samulator.events.pipes.pollers import pipe_pollers
from samulator.events.schedule.clockwork import Clockwork
from samulator.events.schedule.field import InvalidExpression
from samulator.events.schedule.targets import ScheduleTargets
from samulator.events.sqs.poller import CONCURRENT_BATCHES, QueuePoller
from samulator.events.streams.mappings import stream_pollers
from samulator.functions.host import Invoker
from samulator.servers.aws.client import sqs_client
from samulator.template.model import Application, SqsTrigger


def triggers(
    application: Application,
    functions: Invoker,
    *,
    aws_url: str,
    since: datetime | None = None,
    doors: Mapping[str, str] | None = None,
) -> Iterator[Coroutine[Any, Any, None]]:
    """Every trigger that this process drives, one line for each kind.

    Streams that are read from LATEST are read `since` then, which is now without it. `doors` are
    the URLs of the APIs that schedules call, by their ids.
    S3 notifications are not among them: the process of AWS's services sends those itself.
    """
    clients = LocalClients(aws_url, application.region)
    yield from _queues(application, functions, aws_url)
    yield from (poller.run() for poller in stream_pollers(application, functions, clients, since))
    yield from _schedules(application, functions, ScheduleTargets(clients, doors or {}))
    yield from pipe_pollers(application, functions, clients, since)


def _queues(
    application: Application, functions: Invoker, aws_url: str
) -> Iterator[Coroutine[Any, Any, None]]:
    for trigger in application.sqs_triggers:
        poller = QueuePoller(
            trigger,
            functions,
            sqs_client(aws_url, application.region),
            concurrency=_concurrency(application, trigger),
        )
        yield poller.run()


def _schedules(
    application: Application, functions: Invoker, targets: ScheduleTargets
) -> Iterator[Coroutine[Any, Any, None]]:
    """One that EventBridge would not take is left out: `silent_schedules` names it."""
    for schedule in application.schedules:
        with suppress(InvalidExpression):
            clockwork = Clockwork(schedule, functions, region=application.region, targets=targets)
            yield never_ending(clockwork.run)


def _concurrency(application: Application, trigger: SqsTrigger) -> int:
    """A batch that no worker can take would wait, invisible in its queue."""
    reserved = application.functions[trigger.function].reserved_concurrency
    limits = (CONCURRENT_BATCHES, trigger.maximum_concurrency, reserved)
    return min(limit for limit in limits if limit)
