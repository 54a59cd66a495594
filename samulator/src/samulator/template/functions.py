"""Reads AWS::Lambda::Function: settings, variables, layers and where the code is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from samulator.template.code import CodeReader, UnreadableCode
from samulator.template.model import Function, Logging, Resource, TemplateError, Value

FUNCTION = "AWS::Lambda::Function"
_VERSION, _ALIAS = "AWS::Lambda::Version", "AWS::Lambda::Alias"


@dataclass(frozen=True)
class FunctionReader:
    """Reads functions by their resources; `layers` are the keys of layers by their ARNs."""

    resources: Mapping[str, Resource]
    code: CodeReader
    layers: Mapping[str, str]

    def read(self, resource: Resource) -> Function:
        """Return the function. Raises UnreadableCode where it cannot run here, and TemplateError
        where a deployment would be refused.
        """
        name, properties = resource.logical_id, resource.properties
        is_image = properties.get("PackageType") == "Image"
        runtime = str(properties.get("Runtime") or "")
        if not is_image and not runtime.startswith("python3."):
            is_old = runtime.startswith("python")
            other = "too old: Python 3.9 is the oldest that runs" if is_old else "not Python"
            raise UnreadableCode(f"its runtime {runtime or 'is missing and'} is {other}")
        inline = self.code.inline(resource)
        handler = str(properties.get("Handler") or "")
        if not handler and not is_image:
            raise TemplateError(f"{name}: Handler is missing")
        concurrency = properties.get("ReservedConcurrentExecutions")
        return Function(
            name=resource.name,
            code_uri=None if is_image or inline is not None else self.code.place(resource),
            handler=handler,
            runtime=runtime,
            timeout=_number(resource, "Timeout", 3),
            memory=int(_number(resource, "MemorySize", 128)),
            environment=_variables(resource),
            layers=self._layers(properties),
            reserved_concurrency=None
            if concurrency is None
            else int(_number(resource, "ReservedConcurrentExecutions", 0)),
            versions=self._versions(resource),
            inline_code=inline,
            image=self.code.image(resource) if is_image else None,
            build_method=_text(resource.metadata.get("BuildMethod")),
            build_properties=_map(resource.metadata.get("BuildProperties")),
            makes_custom_resources=self._makes_custom_resources(resource),
            may_call_itself=properties.get("RecursiveLoop") == "Allow",
            is_traced=_map(properties.get("TracingConfig")).get("Mode") == "Active",
            logging=_logging(_map(properties.get("LoggingConfig"))),
        )

    def _layers(self, properties: Mapping[str, Any]) -> tuple[str, ...]:
        declared = properties.get("Layers") or []
        arns = declared if isinstance(declared, list) else [declared]
        return tuple(self.layers.get(str(arn), str(arn)) for arn in arns)

    def _makes_custom_resources(self, function: Resource) -> bool:
        return any(
            function_name(resource.properties.get("ServiceToken")) == function.name
            for resource in self.resources.values()
            if resource.is_custom
        )

    def _versions(self, function: Resource) -> dict[str, str]:
        """The numbers of published versions, by themselves and by the aliases of them."""
        found = {}
        for resource in self.resources.values():
            is_published = resource.type in (_VERSION, _ALIAS)
            if is_published and function_name(resource.properties.get("FunctionName")) == (
                function.name
            ):
                version = resource.properties.get("FunctionVersion", resource.name)
                found[resource.name] = str(version)
        return found


class NoFunction(ValueError):
    """What is meant is no function that runs here; `name` is its FunctionName."""

    def __init__(self, reference: Value) -> None:
        super().__init__(f"{reference} is no function of this template that runs here")
        self.name = function_name(reference)


def function_name(reference: Value) -> str:
    """The FunctionName in a name or an ARN, with or without a version."""
    return str(reference).rsplit(":function:", maxsplit=1)[-1].split(":")[0]


def find_function(reference: Value, functions: Mapping[str, Function]) -> str:
    """The logical id of the function that is meant. Raises NoFunction."""
    name = function_name(reference)
    for logical_id, function in functions.items():
        if name == function.name:
            return logical_id
    raise NoFunction(reference)


def _variables(resource: Resource) -> dict[str, str]:
    where = f"{resource.logical_id}.Environment"
    environment = resource.properties.get("Environment") or {}
    variables = environment.get("Variables") or {} if isinstance(environment, dict) else None
    if not isinstance(variables, dict):
        raise TemplateError(f"{where}: expected Variables as a map")
    for key, value in variables.items():
        if isinstance(value, dict | list):
            raise TemplateError(f"{where}.Variables.{key}: expected a string, got {value!r}")
    return {str(key): _text(value) or "" for key, value in variables.items()}


def _logging(config: Mapping[str, Any]) -> Logging:
    is_json = config.get("LogFormat") == "JSON"
    level = _text(config.get("ApplicationLogLevel")) or "INFO"
    return Logging(is_json, level if is_json else None, _text(config.get("LogGroup")))


def _number(resource: Resource, key: str, default: float) -> float:
    value = resource.properties.get(key, default)
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise TemplateError(f"{resource.logical_id}.{key}: {value!r} is not a number") from error


def _text(value: Value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _map(value: Value) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
