"""The streams that an application's functions read."""

from collections.abc import Iterator

from samulator.events.destinations.destinations import Destinations
from samulator.events.local_client import LocalClients
from samulator.events.streams.poller import OnFailure, StreamPoller
from samulator.events.streams.source import DynamoDbSource, KinesisSource, Source
from samulator.functions.host import Invoker
from samulator.template.model import Application, Destination
from samulator.template.model_stream import StreamTrigger
from samulator.template.names import function_arn


def stream_pollers(
    application: Application, invoker: Invoker, clients: LocalClients
) -> Iterator[StreamPoller]:
    """One for each mapping of a stream."""
    destinations = Destinations(clients)

    async def send(arn: str, document: dict[str, object]) -> None:
        await destinations.send(Destination(arn), document)

    for trigger in application.stream_triggers:
        name = application.functions[trigger.function].name
        on_failure = OnFailure(function_arn(application.region, name), send)
        yield StreamPoller(trigger, invoker, stream_source(trigger, clients), on_failure)


def stream_source(trigger: StreamTrigger, clients: LocalClients) -> Source:
    """Where the records of a mapping or a pipe are read."""
    if trigger.is_dynamodb:
        return DynamoDbSource(trigger.name, trigger.stream, clients("dynamodbstreams"))
    return KinesisSource(trigger.name, trigger.stream, clients("kinesis"))
