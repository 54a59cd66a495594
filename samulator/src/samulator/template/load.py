"""Reads a SAM template file and returns the application it describes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from samulator.template.bucket_notifications import BUCKET, QUEUE, read_bucket, read_queue
from samulator.template.code import CodeReader, UnreadableCode
from samulator.template.custom_resources import without_guesses
from samulator.template.dependencies import in_order_of_dependencies
from samulator.template.doors import read_doors
from samulator.template.event_invoke_config import read_dead_letter, unknown_destinations
from samulator.template.foreign_sources import ForeignSources
from samulator.template.functions import FUNCTION, FunctionReader
from samulator.template.model import (
    Application,
    Function,
    Layer,
    Queue,
    Resource,
)
from samulator.template.model_custom_resource import Answers
from samulator.template.names import layer_arn, queue_arn
from samulator.template.queue_mapping import short_timeouts
from samulator.template.refused_settings import refused_settings
from samulator.template.resolution import Resolution, Surroundings
from samulator.template.silent_triggers import idle_triggers, silent_settings
from samulator.template.translated import TranslatedTemplate, naming, open_template
from samulator.template.triggers import TriggerReader

_LAYER = "AWS::Lambda::LayerVersion"
_STREAMS = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table", "AWS::Kinesis::Stream")
# Services that have a part here; nobody misses a value that a resource of another needs.
_SERVICES = (
    *("ApiGateway", "ApiGatewayV2", "Cognito", "DynamoDB", "Events", "Kinesis", "Lambda"),
    *("Pipes", "S3", "SNS", "SQS", "SSM", "Scheduler", "SecretsManager", "StepFunctions"),
)
# Nothing here reads these of a function; layers that are not here have warnings of their own.
_NOT_READ = (
    "Role",
    "VpcConfig",
    "KmsKeyArn",
    "Tags",
    "FileSystemConfigs",
    "Layers",
)


def load_application(
    template: Path,
    *,
    parameters: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    region: str = "us-east-1",
    aws_url: str = "http://127.0.0.1:4566",
) -> Application:
    """Read `template`, translate it, resolve every intrinsic and return plain values.

    `parameters` override the template's defaults, `region` appears in ARNs; the rest is as for
    `read_application`. Raises TemplateError naming the place and the cause.
    """
    opened = open_template(template, parameters=parameters or {}, region=region)
    return read_application(opened, environment=environment or {}, aws_url=aws_url)


def read_application(
    template: TranslatedTemplate,
    *,
    environment: Mapping[str, str],
    aws_url: str,
    answers: Answers | None = None,
) -> Application:
    """Resolve a template that is translated already.

    `environment` replaces the value of variables that a function declares, and adds none (the
    rule of `sam local --env-vars`). `aws_url`, where AWS's services answer, appears in the URLs
    of queues. `answers` are those of custom resources, None before any is made. Raises
    TemplateError naming the place and the cause.
    """
    template = replace(template, document=template.stored.declared_in(template.document))
    unknown: list[tuple[str, str]] = []
    surroundings = Surroundings(
        environment,
        aws_url,
        lambda logical_id, line: unknown.append((logical_id, line)),
        answers=answers,
    )
    with naming(template.path):
        resources = Resolution(template, surroundings).resources()
        assembly = _Assembly(resources, CodeReader(template.path.parent), template.region, answers)
        application = assembly.application()
        late = (*short_timeouts(application),)
    warnings = (
        *template.warnings,
        *_told_once(_of_what_is_used(unknown, resources)),
        *application.warnings,
        *late,
    )
    return replace(
        application,
        warnings=tuple(dict.fromkeys(warnings)),
        idle={**surroundings.idle, **application.idle},
    )


def _of_what_is_used(
    unknown: list[tuple[str, str]], resources: Mapping[str, Resource]
) -> Iterator[str]:
    for logical_id, line in unknown:
        ignored = tuple(f"{logical_id}.{key}" for key in _NOT_READ)
        resource = resources.get(logical_id)
        service = None if resource is None else resource.type.partition("::")[2].partition("::")[0]
        if service in (None, *_SERVICES) and not line.startswith(ignored):
            yield line


def _told_once(lines: Iterable[str]) -> Iterator[str]:
    """One line for what is the same in several places, as a variable of Globals is."""
    places: dict[str, list[str]] = {}
    for line in dict.fromkeys(lines):
        place, _, told = line.partition(": ")
        places.setdefault(told, []).append(place)
    for told, (first, *others) in places.items():
        more = f" (and in {len(others)} more places)" if others[1:] else " (and in one more place)"
        yield f"{first}: {told}{more if others else ''}"


class _Assembly:
    """Puts together what the readers find in the resources of a template."""

    def __init__(
        self,
        resources: Mapping[str, Resource],
        code: CodeReader,
        region: str,
        answers: Answers | None,
    ) -> None:
        self._unanswered = [
            name
            for name, each in resources.items()
            if each.is_custom and name not in (answers or {})
        ]
        self._code = code
        self._region = region
        self._idle: dict[str, str] = {}
        self._warnings: list[str] = []
        warn = self._warnings.append
        self._resources = ForeignSources(resources, self._unanswered, region, warn).added()

    def application(self) -> Application:
        """Return the application without the warnings on its translation."""
        layers = {each.logical_id: self._code.layer(each) for each in self._of(_LAYER)}
        functions = self._functions()
        layers |= self._layers_of_others(functions, layers)
        buckets = {each.logical_id: read_bucket(each) for each in self._of(BUCKET)}
        queues = {each.logical_id: read_queue(each) for each in self._of(QUEUE)}
        streams = {each.name for each in self._resources.values() if each.type in _STREAMS}
        left_out = {
            each.name: f"{each.logical_id} does not run here: {self._idle[each.logical_id]}"
            for each in self._of(FUNCTION)
            if each.logical_id not in functions
        }
        reader = TriggerReader(functions, self._queue_arns(queues), streams, left_out)
        for resource in self._resources.values():
            reader.read(resource)
        triggers = reader.triggers
        doors = read_doors(self._resources, functions)
        ordered = in_order_of_dependencies(self._resources, self._warnings.append)
        return Application(
            functions=functions,
            layers=layers,
            buckets=buckets,
            queues=queues,
            apis=doors.apis,
            function_urls=doors.function_urls,
            web_socket_apis=doors.web_socket_apis,
            s3_triggers=tuple(triggers.s3),
            sqs_triggers=tuple(triggers.sqs),
            stream_triggers=tuple(triggers.streams),
            schedules=tuple(triggers.schedules),
            pipes=tuple(triggers.pipes),
            region=self._region,
            resources=ordered,
            idle={**self._idle, **triggers.idle, **idle_triggers(self._resources)},
            warnings=(
                *self._warnings,
                *triggers.warnings,
                *doors.warnings,
                *without_guesses(refused_settings(self._resources), self._unanswered),
                *silent_settings(self._resources),
                *unknown_destinations(functions, self._resources),
            ),
        )

    def _functions(self) -> dict[str, Function]:
        layers = {layer_arn(self._region, each.name): each.logical_id for each in self._of(_LAYER)}
        reader = FunctionReader(self._resources, self._code, layers)
        functions = {}
        for resource in self._of(FUNCTION):
            try:
                functions[resource.logical_id] = function = reader.read(resource)
            except UnreadableCode as error:
                self._idle[resource.logical_id] = str(error)
                self._warnings.append(f"{resource.logical_id}: does not run here, {error}")
                continue
            try:
                dead_letter = read_dead_letter(resource)
            except ValueError as error:
                self._warnings.append(f"{resource.logical_id}.DeadLetterConfig: {error}")
            else:
                functions[resource.logical_id] = replace(function, dead_letter=dead_letter)
            if function.code_uri is not None and not function.code_uri.exists():
                self._idle[resource.logical_id] = f"no such file or folder: {function.code_uri}"
                self._warnings.append(
                    f"{resource.logical_id}.CodeUri: no such file or folder: {function.code_uri}; "
                    f"{resource.logical_id} fails until it is there"
                )
        return functions

    def _layers_of_others(
        self, functions: Mapping[str, Function], layers: Mapping[str, Layer]
    ) -> dict[str, Layer]:
        """Layers that functions name and the template does not declare."""
        named = (layer for function in functions.values() for layer in function.layers)
        return {name: self._code.named_layer(name) for name in named if name not in layers}

    def _queue_arns(self, queues: Mapping[str, Queue]) -> dict[str, str]:
        return {queue_arn(self._region, queue.name): queue.name for queue in queues.values()}

    def _of(self, kind: str) -> list[Resource]:
        return [each for each in self._resources.values() if each.type == kind]
