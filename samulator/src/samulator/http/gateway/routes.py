"""Finds the route of a request by API Gateway's order of precedence.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from samulator.template.model import TemplateError
from samulator.template.model_http import Route

_VARIABLE = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True)
class Match:
    """A route and the path parameters it takes from the path."""

    route: Route
    path_parameters: dict[str, str]

    @property
    def route_key(self) -> str:
        """Return the key as API Gateway names the route, e.g. "GET /items/{id}"."""
        return self.route.key


class RouteTable:
    """An HTTP API's routes in order of precedence: full matches, greedy ones, then $default.

    Among these, more literal segments win, then a verb wins over ANY.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        """Raises TemplateError when two routes are the same."""
        require_distinct(routes)
        ordered = sorted(routes, key=_rank)
        self._patterns = [(route, _pattern(route.path, empty_rest=True)) for route in ordered]

    def match(self, method: str, path: str) -> Match | None:
        """Return the route for a verb and a decoded path, None when there is none."""
        for route, pattern in self._patterns:
            if route.method in (method, "ANY") and (found := pattern.fullmatch(path)):
                return Match(route, _parameters(route.path, found))
        return None

    def has_path(self, path: str) -> bool:
        """Whether some verb has a route for a decoded path."""
        return any(pattern.fullmatch(path) for _, pattern in self._patterns)


class ResourceTable:
    """A REST API's resources: the path alone finds one, and its methods are all there are.

    Segment by segment, a literal wins over a variable and that over a greedy one.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        """Raises TemplateError when two methods are the same."""
        require_distinct(routes)
        by_path: dict[str, list[Route]] = {}
        for route in sorted(routes, key=lambda each: each.method == "ANY"):
            by_path.setdefault(route.path.rstrip("/") or "/", []).append(route)
        self._resources = [
            (path, _pattern(path, empty_rest=False), by_path[path])
            for path in sorted(by_path, key=_kinds)
        ]

    def match(self, method: str, path: str) -> Match | None:
        """Return the method of the resource for a path as sent, None when there is none."""
        for resource, pattern, routes in self._resources:
            if found := pattern.fullmatch(path.rstrip("/") or "/"):
                route = next((each for each in routes if each.method in (method, "ANY")), None)
                return None if route is None else Match(route, _parameters(resource, found))
        return None


def require_distinct(routes: Sequence[Route]) -> None:
    """Raises TemplateError when two routes are the same."""
    seen: set[tuple[str, str]] = set()
    for route in routes:
        key = (route.method, route.path)
        if key in seen:
            raise TemplateError(f"route {' '.join(key)} is declared more than once")
        seen.add(key)


def _parameters(path: str, found: re.Match[str]) -> dict[str, str]:
    names = [variable[1] for variable in _VARIABLE.finditer(path)]
    return dict(zip(names, found.groups(), strict=True))


def _rank(route: Route) -> tuple[bool, bool, list[int], bool]:
    kinds = _kinds(route.path)
    return (route.path == "$default", 2 in kinds, kinds, route.method == "ANY")


def _kinds(path: str) -> list[int]:
    return [_segment_rank(segment) for segment in path.split("/")]


def _segment_rank(segment: str) -> int:
    variable = _VARIABLE.fullmatch(segment)
    if variable is None:
        return 0
    return 2 if variable[2] else 1


def _pattern(path: str, *, empty_rest: bool) -> re.Pattern[str]:
    """`empty_rest` is whether a greedy variable takes nothing too.

    On AWS /{proxy+} of an HTTP API answers for "/", that of a REST API does not.
    """
    if path == "$default":
        return re.compile(".*", re.DOTALL)
    expression, position = "", 0
    greedy = ".*" if empty_rest else ".+"
    for variable in _VARIABLE.finditer(path):
        matched = greedy if variable[2] else "[^/]+"
        expression += re.escape(path[position : variable.start()])
        expression += f"({matched})"
        position = variable.end()
    return re.compile(expression + re.escape(path[position:]), re.DOTALL)


def is_catch_all(route: Route) -> bool:
    """Whether the route takes every path."""
    return route.path == "$default" or _kinds(route.path) == [0, 2]


def may_collide(one: Route, other: Route) -> bool:
    """Whether some request is one for both routes."""
    if "ANY" not in (one.method, other.method) and one.method != other.method:
        return False
    if "$default" in (one.path, other.path):
        return True
    return _overlap(_segments(one.path), _segments(other.path))


def _segments(path: str) -> list[str]:
    return (path.rstrip("/") or "/").split("/")[1:]


def _overlap(one: list[str], other: list[str]) -> bool:
    for left, right in zip(one, other, strict=False):
        if 2 in (_segment_rank(left), _segment_rank(right)):
            return True
        if _segment_rank(left) == _segment_rank(right) == 0 and left != right:
            return False
    longer = one[len(other) :] or other[len(one) :]
    return not longer or _segment_rank(longer[0]) == 2  # greedy
