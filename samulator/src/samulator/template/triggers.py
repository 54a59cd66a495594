"""Reads what calls functions: bucket notifications, queues, schedules and retries of invokes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from samulator.template.bucket_notifications import BUCKET, read_notifications
from samulator.template.event_invoke_config import read_event_invoke_config, with_invoke_config
from samulator.template.event_rule import check_event_rule
from samulator.template.functions import NoFunction, find_function
from samulator.template.model import (
    Function,
    Resource,
    S3Trigger,
    ScheduleTrigger,
    SqsTrigger,
    TemplateError,
)
from samulator.template.model_pipe import Pipe
from samulator.template.model_stream import StreamTrigger
from samulator.template.pipes import PIPE, read_pipe
from samulator.template.queue_mapping import read_queue_mapping
from samulator.template.reference import LATEST
from samulator.template.schedules import RULE, SCHEDULE, is_enabled, read_rule, read_schedule
from samulator.template.stream_mapping import read_stream_mapping

# What events come from that no server here stands for.
_BROKERS = {"kafka": "MSK", "mq": "MQ", "rds": "DocumentDB"}
INVOKE_CONFIG, MAPPING = "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping"


@dataclass
class Triggers:
    """What the triggers of a template add up to; `idle` are those that do not fire, and why."""

    s3: list[S3Trigger] = field(default_factory=list)
    sqs: list[SqsTrigger] = field(default_factory=list)
    streams: list[StreamTrigger] = field(default_factory=list)
    schedules: list[ScheduleTrigger] = field(default_factory=list)
    pipes: list[Pipe] = field(default_factory=list)
    idle: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class TriggerReader:
    """Reads one resource after another into `triggers` and `functions`.

    `queues` are the names of the template's queues by their ARNs, `streams` those of its tables
    and streams, `idle` why functions do not run here by their names.
    """

    def __init__(
        self,
        functions: dict[str, Function],
        queues: Mapping[str, str],
        streams: Collection[str],
        idle: Mapping[str, str],
    ) -> None:
        self._idle = idle
        self.triggers = Triggers()
        self._streams = streams
        self._functions = functions
        self._queues = queues
        self._readers: dict[str, Callable[[Resource], None]] = {
            BUCKET: self._read_bucket,
            RULE: self._read_rule,
            INVOKE_CONFIG: self._read_invoke_config,
            MAPPING: self._read_mapping,
            SCHEDULE: self._read_schedule,
            PIPE: self._read_pipe,
        }

    def read(self, resource: Resource) -> None:
        """What cannot be read here does no harm to the rest. Raises TemplateError at a value that
        no deployment would take.
        """
        reader = self._readers.get(resource.type)
        if reader is None:
            return
        try:
            reader(resource)
        except KeyError as error:
            self._leave_out(resource, f"it lacks {error}")
        except NoFunction as error:
            self._leave_out(resource, self._idle.get(error.name, str(error)))
        except (TypeError, ValueError, AttributeError) as error:
            self._leave_out(resource, str(error))

    def _read_bucket(self, resource: Resource) -> None:
        self.triggers.s3 += read_notifications(resource, self._functions)

    def _read_rule(self, resource: Resource) -> None:
        self.triggers.schedules += read_rule(resource, self._functions)
        if is_enabled(resource.properties):
            for warning in check_event_rule(resource, self._functions):
                self._warn(resource, warning)

    def _read_schedule(self, resource: Resource) -> None:
        schedule = read_schedule(resource, self._functions)
        self.triggers.schedules += [] if schedule is None else [schedule]

    def _read_pipe(self, resource: Resource) -> None:
        if str(resource.properties.get("DesiredState", "RUNNING")).upper() == "STOPPED":
            return
        pipe, warnings = read_pipe(resource, self._queues, self._streams)
        self.triggers.pipes.append(pipe)
        for warning in warnings:
            self._warn(resource, warning)

    def _read_mapping(self, resource: Resource) -> None:
        properties = resource.properties
        if not is_enabled(properties):
            return
        if "SelfManagedEventSource" in properties:
            raise ValueError("Kafka does not run on this machine")
        source = str(properties["EventSourceArn"])
        function = find_function(properties["FunctionName"], self._functions)
        service = source.split(":")[2] if source.count(":") >= 5 else None
        if service in ("dynamodb", "kinesis"):
            stream, warnings = read_stream_mapping(function, properties, resource.place)
            if stream.name not in self._streams:
                raise ValueError(f"{source} is no stream of this template")
            self.triggers.streams.append(stream)
        elif source in self._queues:
            queue, warnings = read_queue_mapping(function, self._queues[source], properties)
            self.triggers.sqs.append(queue)
        elif service in _BROKERS:
            raise ValueError(f"{_BROKERS[service]} does not run on this machine")
        else:
            what = "stream" if "StartingPosition" in properties else "queue"
            raise ValueError(f"{source} is no {what} of this template")
        for warning in warnings:
            self._warn(resource, warning)

    def _read_invoke_config(self, resource: Resource) -> None:
        function = find_function(resource.properties["FunctionName"], self._functions)
        try:
            read = read_event_invoke_config(
                resource.properties, lambda text: self._warn(resource, text)
            )
        except ValueError as error:
            raise TemplateError(f"{resource.place}: {error}") from error
        self._functions[function] = with_invoke_config(
            self._functions[function], str(resource.properties.get("Qualifier") or LATEST), read
        )

    def _leave_out(self, resource: Resource, reason: str) -> None:
        self.triggers.idle[resource.logical_id] = reason
        self._warn(resource, f"{resource.type} does not fire here: {reason}")

    def _warn(self, resource: Resource, text: str) -> None:
        self.triggers.warnings.append(f"{resource.place}: {text}")
