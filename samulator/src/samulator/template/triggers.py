"""Reads what calls functions: bucket notifications, queues, schedules and retries of invokes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from samulator.template.bucket_notifications import BUCKET, read_notifications
from samulator.template.event_invoke_config import read_event_invoke_config
from samulator.template.functions import find_function
from samulator.template.model import (
    Function,
    Resource,
    S3Trigger,
    ScheduleTrigger,
    SqsTrigger,
    TemplateError,
)
from samulator.template.queue_mapping import read_queue_mapping
from samulator.template.schedules import RULE, SCHEDULE, is_enabled, read_rule, read_schedule

INVOKE_CONFIG, MAPPING = "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping"


@dataclass
class Triggers:
    """What the triggers of a template add up to; `idle` are those that do not fire, and why."""

    s3: list[S3Trigger] = field(default_factory=list)
    sqs: list[SqsTrigger] = field(default_factory=list)
    schedules: list[ScheduleTrigger] = field(default_factory=list)
    idle: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class TriggerReader:
    """Reads one resource after another into `triggers` and `functions`.

    `queues` are the names of the template's queues by their ARNs.
    """

    def __init__(self, functions: dict[str, Function], queues: Mapping[str, str]) -> None:
        self.triggers = Triggers()
        self._functions = functions
        self._queues = queues
        self._readers: dict[str, Callable[[Resource], None]] = {
            BUCKET: self._read_bucket,
            RULE: self._read_rule,
            INVOKE_CONFIG: self._read_invoke_config,
            MAPPING: self._read_mapping,
            SCHEDULE: self._read_schedule,
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
        except (TypeError, ValueError, AttributeError) as error:
            self._leave_out(resource, str(error))

    def _read_bucket(self, resource: Resource) -> None:
        self.triggers.s3 += read_notifications(resource, self._functions)

    def _read_rule(self, resource: Resource) -> None:
        self.triggers.schedules += read_rule(resource, self._functions)

    def _read_schedule(self, resource: Resource) -> None:
        schedule = read_schedule(resource, self._functions)
        self.triggers.schedules += [] if schedule is None else [schedule]

    def _read_mapping(self, resource: Resource) -> None:
        properties = resource.properties
        if not is_enabled(properties):
            return
        source = properties["EventSourceArn"]
        if source not in self._queues:
            raise ValueError(f"{source} is no queue of this template")
        function = find_function(properties["FunctionName"], self._functions)
        trigger, warnings = read_queue_mapping(function, self._queues[source], properties)
        self.triggers.sqs.append(trigger)
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
        self._functions[function] = replace(
            self._functions[function],
            maximum_retry_attempts=read.maximum_retry_attempts,
            maximum_event_age=read.maximum_event_age,
            on_success=read.on_success,
            on_failure=read.on_failure,
        )

    def _leave_out(self, resource: Resource, reason: str) -> None:
        self.triggers.idle[resource.logical_id] = reason
        self._warn(resource, f"{resource.type} does not fire here: {reason}")

    def _warn(self, resource: Resource, text: str) -> None:
        self.triggers.warnings.append(f"{resource.place}: {text}")
