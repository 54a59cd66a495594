"""What the templates and headers of gateway responses find of a request, by its dotted name.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.model import Value

_HEADER = "method.request.header."


def gateway_variables(event: Mapping[str, Any]) -> dict[str, str]:
    """Return those of a request by its event: `context.path`, `method.request.header.origin`."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    return {
        **dict(_dotted("context", event["requestContext"])),
        **dict(_dotted("stageVariables", event["stageVariables"])),
        **dict(_dotted("method.request.path", event["pathParameters"])),
        **dict(_dotted("method.request.querystring", event["queryStringParameters"])),
        **dict(_dotted(_HEADER.removesuffix("."), headers)),
    }


def named(variables: Mapping[str, str], name: str) -> str | None:
    """Return the variable; names of headers are taken in any case."""
    return variables.get(name.lower() if name.startswith(_HEADER) else name)


def _dotted(prefix: str, value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _dotted(f"{prefix}.{name}", inner)
    elif value is not None:
        yield prefix, f"{value}"
