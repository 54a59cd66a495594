"""Reads the resources of a template: functions, layers, buckets and queues."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samulator.template.event_invoke_config import EventInvokeConfig, read_event_invoke_config
from samulator.template.model import Bucket, Function, Layer, Queue, TemplateError, Value
from samulator.template.names import Names
from samulator.template.resolve import Resolver

_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "VisibilityTimeout",
)


class ResourceReader:
    """Reads resources by their logical id; paths are relative to the template's `folder`."""

    def __init__(self, resolver: Resolver, names: Names, folder: Path) -> None:
        self._resolver = resolver
        self._names = names
        self._folder = folder
        self.warnings: list[str] = []
        self.own_queues: dict[str, Queue] = {}

    def bucket(self, name: str, properties: Mapping[str, Any]) -> Bucket:
        """Read an AWS::S3::Bucket."""
        versioning = self._resolver.resolve(properties.get("VersioningConfiguration"), name) or {}
        if "NotificationConfiguration" in properties:
            self.warnings.append(
                f"{name}.NotificationConfiguration: does not fire here, use a function's S3 event"
            )
        return Bucket(
            name=self._names.name(name, self._resolver),
            versioned=versioning.get("Status") == "Enabled",
        )

    def queue(self, name: str, properties: Mapping[str, Any]) -> Queue:
        """Read an AWS::SQS::Queue."""
        attributes = {}
        for key in _QUEUE_ATTRIBUTES:
            if key in properties:
                value = self._resolver.resolve(properties[key], f"{name}.{key}")
                is_policy = isinstance(value, dict)
                attributes[key] = (
                    json.dumps(value) if is_policy else self._resolver.text(value, f"{name}.{key}")
                )
        return Queue(name=self._names.name(name, self._resolver), attributes=attributes)

    def layer(self, name: str, resource: Mapping[str, Any]) -> Layer:
        """Read an AWS::Serverless::LayerVersion or a local AWS::Lambda::LayerVersion."""
        properties = resource.get("Properties") or {}
        key = "ContentUri" if "ContentUri" in properties else "Content"
        method = (resource.get("Metadata") or {}).get("BuildMethod")
        return Layer(
            name=name,
            content_uri=self._content_uri(properties.get(key), f"{name}.{key}"),
            build_method=self._resolver.text(method, f"{name}.BuildMethod") if method else None,
        )

    def function(
        self, name: str, properties: Mapping[str, Any], environment: Mapping[str, str]
    ) -> Function:
        """Read an AWS::Serverless::Function; `environment` overrides variables it declares."""
        if properties.get("PackageType") == "Image":
            raise TemplateError(f"{name}: only functions with a CodeUri folder run here")
        asynchronous = self._event_invoke_config(name, properties)
        inline = self._optional_text(name, properties, "InlineCode")
        concurrency = self._optional_text(name, properties, "ReservedConcurrentExecutions")
        return Function(
            name=self._names.name(name, self._resolver),
            code_uri=None if inline else self._code_uri(name, properties),
            handler=self._required_text(name, properties, "Handler"),
            runtime=self._runtime(name, properties),
            timeout=self._number(name, properties, "Timeout", 3),
            memory=int(self._number(name, properties, "MemorySize", 128)),
            environment=self._environment(name, properties, environment),
            layers=self._layers(name, properties),
            maximum_retry_attempts=asynchronous.maximum_retry_attempts,
            maximum_event_age=asynchronous.maximum_event_age,
            on_success=asynchronous.on_success,
            on_failure=asynchronous.on_failure,
            reserved_concurrency=int(concurrency) if concurrency else None,
            versions=self._names.versions(name, self._resolver),
            inline_code=inline,
        )

    def plain_function(
        self, name: str, properties: Mapping[str, Any], environment: Mapping[str, str]
    ) -> Function | None:
        """Read an AWS::Lambda::Function, as CloudFormation has it without SAM.

        None, with a warning, where there is no Python code on this machine.
        """
        code = self._resolver.resolve(properties.get("Code"), f"{name}.Code")
        runtime = self._optional_text(name, properties, "Runtime") or "no runtime"
        is_inline = isinstance(code, dict) and "ZipFile" in code
        is_folder = isinstance(code, str) and not code.startswith("s3://")
        if not runtime.startswith("python3.") or not (is_inline or is_folder):
            place = "a local folder or ZipFile" if runtime.startswith("python3.") else "Python"
            self.warnings.append(f"{name}: does not run here, its code is not {place}")
            return None
        where = {"InlineCode": code["ZipFile"]} if is_inline else {"CodeUri": code}
        return self.function(name, {**properties, **where}, environment)

    def _runtime(self, name: str, properties: Mapping[str, Any]) -> str:
        runtime = self._required_text(name, properties, "Runtime")
        if not runtime.startswith("python3."):
            raise TemplateError(f"{name}.Runtime: {runtime} does not run here, only python3.x does")
        return runtime

    def _environment(
        self, name: str, properties: Mapping[str, Any], overrides: Mapping[str, str]
    ) -> dict[str, str]:
        where = f"{name}.Environment.Variables"
        declared = (properties.get("Environment") or {}).get("Variables") or {}
        return {
            key: overrides[key]
            if key in overrides
            else self._resolver.text(value, f"{where}.{key}")
            for key, value in declared.items()
        }

    def _layers(self, name: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
        arns = self._resolver.resolve(properties.get("Layers") or [], f"{name}.Layers")
        layers = []
        for arn in arns:
            logical_id = arn.split(":")[6] if arn.count(":") >= 7 else ""
            if arn == self._names.layer_arn(logical_id) and self._resolver.exists(logical_id):
                layers.append(logical_id)
            else:
                self.warnings.append(f"{name}.Layers: {arn} is on AWS only, left out")
        return tuple(layers)

    def _event_invoke_config(self, name: str, properties: Mapping[str, Any]) -> EventInvokeConfig:
        where = f"{name}.EventInvokeConfig"
        for key in ("DeadLetterConfig", "DeadLetterQueue"):
            if key in properties:
                self.warnings.append(f"{name}.{key}: ignored here, use a destination")
        config = self._resolver.resolve(properties.get("EventInvokeConfig"), where) or {}
        try:
            read = read_event_invoke_config(
                name, config, lambda text: self.warnings.append(f"{where}: {text}")
            )
        except (ValueError, AttributeError) as error:
            raise TemplateError(f"{where}: {error}") from error
        self.own_queues |= {queue.name: queue for queue in read.own_queues}
        return read

    def _number(self, name: str, properties: Mapping[str, Any], key: str, default: float) -> float:
        text = self._resolver.text(properties.get(key, default), f"{name}.{key}")
        try:
            return float(text)
        except ValueError as error:
            raise TemplateError(f"{name}.{key}: {text!r} is not a number") from error

    def _required_text(self, name: str, properties: Mapping[str, Any], key: str) -> str:
        text = self._optional_text(name, properties, key)
        if not text:
            raise TemplateError(f"{name}: {key} is missing")
        return text

    def _optional_text(self, name: str, properties: Mapping[str, Any], key: str) -> str | None:
        value = self._resolver.resolve(properties.get(key), f"{name}.{key}")
        return None if value is None else self._resolver.text(value, f"{name}.{key}")

    def _code_uri(self, name: str, properties: Mapping[str, Any]) -> Path:
        """The folder of a function's code, which a build may make later."""
        where = f"{name}.CodeUri"
        path = self._path(properties.get("CodeUri", "."), where)
        if not path.exists():
            self.warnings.append(f"{where}: no such folder: {path}; {name} fails until it is there")
        elif not path.is_dir():
            raise TemplateError(f"{where}: no folder: {path}")
        return path

    def _content_uri(self, value: Value, where: str) -> Path:
        path = self._path(value, where)
        if not path.is_dir():
            raise TemplateError(f"{where}: no such folder: {path}")
        return path

    def _path(self, value: Value, where: str) -> Path:
        """Links on the way are kept: they may lead elsewhere later."""
        resolved = self._resolver.resolve(value, where)
        if not isinstance(resolved, str) or resolved.startswith("s3://"):
            raise TemplateError(f"{where}: must be a folder beside the template, got {resolved!r}")
        return Path(os.path.normpath(self._folder / resolved))
