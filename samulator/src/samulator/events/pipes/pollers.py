"""The pollers of an application's pipes."""

from collections.abc import Coroutine, Iterator
from datetime import datetime
from typing import Any

from samulator.events.destinations.destinations import Destinations
from samulator.events.local_client import LocalClients
from samulator.events.pipes.pipe_run import PipeRun
from samulator.events.sqs.poller import QueuePoller
from samulator.events.streams.mappings import begun, stream_source
from samulator.events.streams.poller import OnFailure, StreamPoller
from samulator.functions.host import Invoker
from samulator.template.model import Application, Destination, SqsTrigger
from samulator.template.model_pipe import Pipe
from samulator.template.names import ACCOUNT


def pipe_pollers(
    application: Application,
    invoker: Invoker,
    clients: LocalClients,
    since: datetime | None = None,
) -> Iterator[Coroutine[Any, Any, None]]:
    """One for each pipe: its source, there `since` then, is polled as for a function."""
    for pipe in application.pipes:
        yield _poller(pipe, application.region, PipeRun(pipe, invoker, clients), clients, since)


def _poller(
    pipe: Pipe, region: str, run: PipeRun, clients: LocalClients, since: datetime | None
) -> Coroutine[Any, Any, None]:
    if isinstance(pipe.source, SqsTrigger):
        return QueuePoller(pipe.source, run, clients("sqs")).run()

    async def send(arn: str, document: dict[str, object]) -> None:
        await Destinations(clients).send(Destination(arn), document)

    arn = f"arn:aws:pipes:{region}:{ACCOUNT}:pipe/{pipe.name}"
    source = stream_source(pipe.source, clients)
    return StreamPoller(begun(pipe.source, since), run, source, OnFailure(arn, send)).run()
