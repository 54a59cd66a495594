"""Settings that load here and that a deployment would refuse: each is told before it costs one.

Limits: AWS Lambda API Reference, "CreateFunction" and "CreateEventSourceMapping", and Developer
Guide, "Defined runtime environment variables".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.model import Resource
from samulator.template.open_api import is_method, no_method
from samulator.template.refused_names import refused_name
from samulator.template.refused_numbers import refused_number
from samulator.template.refused_properties import refused_property

_FUNCTION, _MAPPING = "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")
_RESERVED = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
        *("AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_REGION", "AWS_SECRET_ACCESS_KEY"),
        *("AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT"),
        *(f"AWS_LAMBDA_FUNCTION_{name}" for name in ("MEMORY_SIZE", "NAME", "VERSION")),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME"),
        "AWS_LAMBDA_LOG_STREAM_NAME",
    }
)
_PARTIAL = "ReportBatchItemFailures"


def refused_settings(resources: Mapping[str, Resource]) -> Iterator[str]:
    """Yield a line for each setting: its place, and why AWS refuses it."""
    for resource in resources.values():
        reasons = _REASONS.get(resource.type)
        own = reasons(resource.properties) if reasons else ()
        general = (refused_name, refused_property, refused_number)
        for reason in (*(each for rule in general for each in rule(resource)), *own):
            yield f"{resource.place}: AWS refuses this: {reason}"


def _of_function(properties: Mapping[str, Any]) -> Iterator[str]:
    environment = properties.get("Environment")
    if isinstance(environment, dict):
        for name in environment.keys() - {"Variables"}:
            yield f"Environment.{name} (variables stand below Environment.Variables)"
        variables = environment.get("Variables")
        for name in map(str, variables if isinstance(variables, dict) else ()):
            if name in _RESERVED:
                yield f"variable {name}, whose name is Lambda's own"
            elif _VARIABLE.fullmatch(name) is None:
                yield (
                    f"variable {name!r}: names are two letters, digits or underlines and more, a "
                    "letter first"
                )


def _of_mapping(properties: Mapping[str, Any]) -> Iterator[str]:
    types = properties.get("FunctionResponseTypes")
    for name in types if isinstance(types, list) else ():
        if name != _PARTIAL:
            yield f"FunctionResponseTypes {name} ({_PARTIAL} is the one that there is)"


def _of_method(properties: Mapping[str, Any]) -> Iterator[str]:
    method = str(properties.get("HttpMethod", "ANY"))
    if not is_method(method):
        yield f"HttpMethod {no_method(method)}"


def _of_route(properties: Mapping[str, Any]) -> Iterator[str]:
    method, is_http, _ = str(properties.get("RouteKey")).partition(" /")
    if is_http and not is_method(method):
        yield f"RouteKey {properties['RouteKey']}: {no_method(method)}"


_REASONS = {
    "AWS::ApiGateway::Method": _of_method,
    "AWS::ApiGatewayV2::Route": _of_route,
    _FUNCTION: _of_function,
    _MAPPING: _of_mapping,
}
