"""Reads the Events of a function: routes, bucket notifications, queues and schedules."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from samulator.template.document import IMPLICIT_HTTP_API
from samulator.template.model import (
    Bucket,
    HttpRoute,
    Queue,
    S3Trigger,
    ScheduleTrigger,
    SqsTrigger,
    TemplateError,
    Value,
)
from samulator.template.names import Names
from samulator.template.queue_event import read_sqs_trigger
from samulator.template.resolve import Resolver


@dataclass
class Events:
    """What the events of all functions add up to; `http_apis` are the APIs that routes name."""

    routes: list[HttpRoute] = field(default_factory=list)
    http_apis: set[str] = field(default_factory=set)
    s3_triggers: list[S3Trigger] = field(default_factory=list)
    sqs_triggers: list[SqsTrigger] = field(default_factory=list)
    schedules: list[ScheduleTrigger] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class EventReader:
    """Reads one function's events after another into `events`."""

    def __init__(
        self,
        resolver: Resolver,
        names: Names,
        buckets: Mapping[str, Bucket],
        queues: Mapping[str, Queue],
    ) -> None:
        self.events = Events()
        self._resolver = resolver
        self._queues = {names.queue_arn(queue.name): queue.name for queue in queues.values()}
        self._buckets = {bucket.name for bucket in buckets.values()}
        self._readers: dict[str, Callable[[str, str, dict[str, Any], str], None]] = {
            "HttpApi": self._read_http_api,
            "S3": self._read_s3,
            "SQS": self._read_sqs,
            "Schedule": self._read_schedule,
            "ScheduleV2": self._read_schedule_v2,
        }

    def read(self, function: str, declared: Mapping[str, Any]) -> None:
        """Add the `declared` Events of `function`; kinds that do not fire here are warned about."""
        for name, event in declared.items():
            where = f"{function}.Events.{name}"
            kind = event.get("Type")
            reader = self._readers.get(kind)
            if reader is None:
                self.events.warnings.append(f"{where}: events of type {kind} do not fire here")
                continue
            properties = self._resolver.resolve(event.get("Properties") or {}, where)
            try:
                reader(function, name, properties, where)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise TemplateError(f"{where}: {kind} event lacks or misspells {error}") from error

    def _read_http_api(
        self, function: str, _name: str, properties: dict[str, Any], where: str
    ) -> None:
        if str(properties.get("PayloadFormatVersion", "2.0")) != "2.0":
            raise TemplateError(f"{where}: only PayloadFormatVersion 2.0 is sent here")
        self.events.http_apis.add(str(properties.get("ApiId", IMPLICIT_HTTP_API)))
        path = str(properties.get("Path", "$default"))
        method = str(properties.get("Method", "ANY")).upper()
        method = "ANY" if method in ("*", "X-AMAZON-APIGATEWAY-ANY-METHOD") else method
        timeout = float(properties.get("TimeoutInMillis", 30_000)) / 1000
        self.events.routes.append(HttpRoute(function, method, path, timeout))

    def _read_s3(self, function: str, name: str, properties: dict[str, Any], where: str) -> None:
        bucket = str(properties["Bucket"])
        if bucket not in self._buckets:
            raise TemplateError(f"{where}: bucket {bucket} is not declared in this template")
        kinds = properties["Events"]
        rules = properties.get("Filter", {}).get("S3Key", {}).get("Rules", [])
        affixes = {str(rule["Name"]).lower(): str(rule["Value"]) for rule in rules}
        self.events.s3_triggers.append(
            S3Trigger(
                name=name,
                function=function,
                bucket=bucket,
                events=(kinds,) if isinstance(kinds, str) else tuple(kinds),
                prefix=affixes.get("prefix", ""),
                suffix=affixes.get("suffix", ""),
            )
        )

    def _read_sqs(self, function: str, _name: str, properties: dict[str, Any], where: str) -> None:
        if not is_enabled(properties):
            return
        queue = self._queues.get(properties["Queue"])
        if queue is None:
            raise TemplateError(f"{where}: queue {properties['Queue']} is not in this template")
        trigger, warnings = read_sqs_trigger(function, queue, properties)
        self.events.sqs_triggers.append(trigger)
        self.events.warnings += [f"{where}: {warning}" for warning in warnings]

    def _read_schedule(
        self, function: str, name: str, properties: dict[str, Any], where: str
    ) -> None:
        if is_enabled(properties):
            self.events.schedules.append(
                ScheduleTrigger(
                    name=str(properties.get("Name", f"{function}{name}")),
                    function=function,
                    expression=str(properties["Schedule"]),
                    input=json_text(properties.get("Input")),
                    place=where,
                )
            )

    def _read_schedule_v2(
        self, function: str, name: str, properties: dict[str, Any], where: str
    ) -> None:
        if is_enabled(properties):
            self.events.schedules.append(
                ScheduleTrigger(
                    name=str(properties.get("Name", f"{function}{name}")),
                    function=function,
                    expression=str(properties["ScheduleExpression"]),
                    input=json_text(properties.get("Input")),
                    event_bridge_rule=False,
                    timezone=str(properties.get("ScheduleExpressionTimezone", "UTC")),
                    group=str(properties.get("GroupName", "default")),
                    start=text_of(properties, "StartDate"),
                    end=text_of(properties, "EndDate"),
                    place=where,
                )
            )


def json_text(value: Value) -> str | None:
    """The text of an Input; what is no text in the template is the JSON that it stands for."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def text_of(properties: Mapping[str, Any], key: str) -> str | None:
    """The property as text, None where it is not declared."""
    return str(properties[key]) if key in properties else None


def is_enabled(properties: Mapping[str, Any]) -> bool:
    """Whether an event fires at all."""
    enabled = str(properties.get("Enabled", "true")).lower() == "true"
    return enabled and properties.get("State", "ENABLED") != "DISABLED"
