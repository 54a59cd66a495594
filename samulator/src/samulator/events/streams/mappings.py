"""The streams that an application's functions read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from samulator.events.destinations.destinations import Destinations
from samulator.events.local_client import LocalClients
from samulator.events.streams.poller import OnFailure, StreamPoller
from samulator.events.streams.source import DynamoDbSource, KinesisSource, Source
from samulator.functions.host import Invoker
from samulator.template.model import Application, Destination
from samulator.template.model_stream import StreamTrigger
from samulator.template.names import function_arn


def stream_pollers(
    application: Application,
    invoker: Invoker,
    clients: LocalClients,
    since: datetime | None = None,
) -> Iterator[StreamPoller]:
    """One for each mapping of a stream; `since` is when the streams were made."""
    destinations = Destinations(clients)

    async def send(arn: str, document: dict[str, object]) -> None:
        await destinations.send(Destination(arn), document)

    for trigger in application.stream_triggers:
        name = application.functions[trigger.function].name
        on_failure = OnFailure(function_arn(application.region, name), send)
        source = stream_source(trigger, clients)
        yield StreamPoller(begun(trigger, since), invoker, source, on_failure)


def begun(trigger: StreamTrigger, since: datetime | None) -> StreamTrigger:
    """The mapping as if it were made then: LATEST leaves out what arrived before."""
    if since is None or trigger.starting_position != "LATEST":
        return trigger
    return replace(trigger, starting_position="AT_TIMESTAMP", starting_time=since.timestamp())


def stream_source(trigger: StreamTrigger, clients: LocalClients) -> Source:
    """Where the records of a mapping or a pipe are read."""
    if trigger.is_dynamodb:
        return DynamoDbSource(trigger.name, trigger.stream, clients("dynamodbstreams"))
    return KinesisSource(trigger.name, trigger.stream, clients("kinesis"))
