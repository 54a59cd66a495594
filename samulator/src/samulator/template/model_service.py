"""Integrations that need no function: an API that asks a service of AWS itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MappedResponse:
    """One integration response: what the client gets of what came back.

    `pattern` is the selection pattern, empty for the default. `parameters` are by the name of
    the response header, their sources as the template has them. `templates` are by media type.
    """

    pattern: str = ""
    status: int = 200
    parameters: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapped:
    """How a REST API maps a request to its integration's and the answer back.

    `parameters` are "integration.request.header.X" and so on, by their sources. `passthrough` is
    passthroughBehavior, in lower case.
    """

    templates: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    responses: tuple[MappedResponse, ...] = ()
    passthrough: str = "when_no_match"


@dataclass(frozen=True)
class ServiceAction:
    """An AWS integration of a REST API: `path` is what its URI asks of the service.

    That is "action/PutRecord" or "path/123456789012/queue". `timeout` is in seconds.
    """

    service: str
    path: str
    method: str
    mapped: Mapped
    timeout: float = 29.0


@dataclass(frozen=True)
class ServiceSubtype:
    """An AWS_PROXY integration of an HTTP API, e.g. `subtype` "SQS-SendMessage"."""

    subtype: str
    parameters: Mapping[str, str]
    timeout: float = 30.0
