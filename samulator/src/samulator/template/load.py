"""Reads a SAM template file and returns the application it describes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from samulator.template.document import read_document
from samulator.template.event_invoke_config import unknown_destinations
from samulator.template.events import EventReader
from samulator.template.http_api import read_cors
from samulator.template.model import Application, Function, TemplateError
from samulator.template.names import Names
from samulator.template.plain_triggers import KINDS as TRIGGERS
from samulator.template.plain_triggers import PlainTriggers
from samulator.template.publication import ALIAS, VERSION
from samulator.template.queue_event import short_timeouts
from samulator.template.resolve import Resolver
from samulator.template.resources import ResourceReader
from samulator.template.stack_resources import read_resources

_FUNCTION, _PLAIN_FUNCTION = "AWS::Serverless::Function", "AWS::Lambda::Function"
_LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
_NESTED = "AWS::Serverless::Application"
_WITH_EFFECT = {
    *(_FUNCTION, _PLAIN_FUNCTION, VERSION, ALIAS, *_LAYERS, *TRIGGERS),
    *("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Serverless::HttpApi"),
}
# A kind of resource is named with this many of its resources, with their number where more.
_NAMED = 2


def load_application(
    template: Path,
    *,
    parameters: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    region: str = "us-east-1",
    aws_url: str = "http://127.0.0.1:4566",
) -> Application:
    """Read `template`, resolve every intrinsic and return plain values.

    `parameters` override the template's defaults. `environment` replaces the value of variables
    that a function declares, and adds none (the rule of `sam local --env-vars`). `region` and
    `aws_url` (where S3 and SQS answer) appear in ARNs and queue URLs.

    Raises TemplateError naming the place and the cause.
    """
    document = read_document(template)
    names = Names(document["Resources"], region=region, aws_url=aws_url)
    resolver = Resolver(document, names, parameters or {})
    present = {
        name: resource for name, resource in document["Resources"].items() if resolver.exists(name)
    }
    application = _Assembly(resolver, names, present).application(
        template.resolve().parent, environment or {}
    )
    resources = read_resources(
        template.resolve(),
        parameters=parameters or {},
        region=region,
        aws_url=aws_url,
        warn=lambda _text: None,
    )
    return replace(application, resources=resources)


class _Assembly:
    """Puts together what the readers find in the resources that are `present`."""

    def __init__(self, resolver: Resolver, names: Names, present: Mapping[str, Any]) -> None:
        self._resolver = resolver
        self._names = names
        self._present = present

    def application(self, folder: Path, environment: Mapping[str, str]) -> Application:
        """Return the application; `folder` is the template's."""
        for name in self._of(_NESTED):
            raise TemplateError(f"{name}: nested applications do not run here, start them apart")
        reader = ResourceReader(self._resolver, self._names, folder)
        functions = self._functions(reader, environment)
        buckets = {
            name: reader.bucket(name, properties)
            for name, properties in self._of("AWS::S3::Bucket").items()
        }
        queues = {
            name: reader.queue(name, properties)
            for name, properties in self._of("AWS::SQS::Queue").items()
        } | reader.own_queues
        event_reader = EventReader(self._resolver, self._names, buckets, queues)
        for name, properties in self._of(_FUNCTION).items():
            event_reader.read(name, properties.get("Events") or {})
        events = event_reader.events
        arns = {self._names.queue_arn(queue.name): queue.name for queue in queues.values()}
        PlainTriggers(events, functions, arns).read(self._present, self._resolver)
        application = Application(
            functions=functions,
            layers={name: reader.layer(name, self._present[name]) for name in self._of(*_LAYERS)},
            buckets=buckets,
            queues=queues,
            routes=tuple(events.routes),
            cors=read_cors(events.http_apis, self._present, self._resolver),
            s3_triggers=tuple(events.s3_triggers),
            sqs_triggers=tuple(events.sqs_triggers),
            schedules=tuple(events.schedules),
            region=self._names.region,
            warnings=(
                *self._without_effect(),
                *reader.warnings,
                *events.warnings,
                *unknown_destinations(functions, queues),
            ),
        )
        warnings = (*application.warnings, *short_timeouts(application))
        return replace(application, warnings=warnings)

    def _functions(
        self, reader: ResourceReader, environment: Mapping[str, str]
    ) -> dict[str, Function]:
        functions = {
            name: reader.function(name, properties, environment)
            for name, properties in self._of(_FUNCTION).items()
        }
        for name, properties in self._of(_PLAIN_FUNCTION).items():
            function = reader.plain_function(name, properties, environment)
            if function is not None:
                functions[name] = function
        return functions

    def _without_effect(self) -> Iterator[str]:
        """One line on all that is declared and that nothing here stands for."""
        kinds: dict[str, list[str]] = {}
        for name, resource in self._present.items():
            if resource["Type"] not in _WITH_EFFECT:
                kinds.setdefault(resource["Type"], []).append(name)
        named = [
            f"{kind} ({', '.join(names) if len(names) <= _NAMED else len(names)})"
            for kind, names in sorted(kinds.items())
        ]
        if named:
            yield f"Without effect here: {', '.join(named)}"

    def _of(self, *kinds: str) -> dict[str, dict[str, Any]]:
        return {
            name: resource.get("Properties") or {}
            for name, resource in self._present.items()
            if resource["Type"] in kinds
        }
