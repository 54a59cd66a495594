"""Renders mapping templates."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from samulator.http.mapping.variables import MappingFailed, MappingSource, namespace

if TYPE_CHECKING:
    import airspeed


@dataclass(frozen=True)
class Rendered:
    """What a template wrote, and what it set of the request or the response itself."""

    text: str
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    status: int | None = None


def render_request(template: str, source: MappingSource) -> Rendered:
    """Return the integration's request. Raises MappingFailed."""
    variables = namespace(source)
    text = _render(template, variables)
    return _with_overrides(text, variables["context"]["requestOverride"])


def render_response(template: str, source: MappingSource) -> Rendered:
    """Return the client's answer. Raises MappingFailed."""
    variables = namespace(source)
    text = _render(template, variables)
    return _with_overrides(text, variables["context"]["responseOverride"])


def _render(template: str, variables: dict[str, Any]) -> str:
    # Only who maps needs the parser.
    import airspeed

    try:
        return str(_parsed(template).merge(variables))
    except airspeed.TemplateError as error:
        raise MappingFailed(f"the mapping template: {error}") from error


@lru_cache(maxsize=256)
def _parsed(template: str) -> "airspeed.Template":
    import airspeed

    return airspeed.Template(template)


def _with_overrides(text: str, override: dict[str, Any]) -> Rendered:
    status = override.get("status")
    return Rendered(
        text,
        headers={name: str(value) for name, value in override["header"].items()},
        query={name: str(value) for name, value in override["querystring"].items()},
        status=None if status is None else int(status),
    )
