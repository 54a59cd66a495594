"""Finds the route of a request by API Gateway's order of precedence.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from samulator.template.model import HttpRoute, TemplateError

_VARIABLE = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True)
class Match:
    """A route and the path parameters it takes from the path."""

    route: HttpRoute
    path_parameters: dict[str, str]

    @property
    def route_key(self) -> str:
        """Return the key as API Gateway names the route, e.g. "GET /items/{id}"."""
        path = self.route.path
        return path if path == "$default" else f"{self.route.method} {path}"


class RouteTable:
    """Routes in order of precedence: full matches, then greedy ones, then $default.

    Among these, more literal segments win, then a verb wins over ANY.
    """

    def __init__(self, routes: Sequence[HttpRoute]) -> None:
        keys = [(route.method, route.path) for route in routes]
        for key in keys:
            if keys.count(key) > 1:
                raise TemplateError(f"route {' '.join(key)} is declared more than once")
        ordered = sorted(routes, key=_rank)
        self._patterns = [(route, _pattern(route.path)) for route in ordered]

    def match(self, method: str, path: str) -> Match | None:
        """Return the route for a verb and a decoded path, None when there is none."""
        for route, pattern in self._patterns:
            if route.method in (method, "ANY") and (found := pattern.fullmatch(path)):
                names = [variable[1] for variable in _VARIABLE.finditer(route.path)]
                return Match(route, dict(zip(names, found.groups(), strict=True)))
        return None


def _rank(route: HttpRoute) -> tuple[bool, bool, list[int], bool]:
    kinds = [_segment_rank(segment) for segment in route.path.split("/")]
    return (route.path == "$default", 2 in kinds, kinds, route.method == "ANY")


def _segment_rank(segment: str) -> int:
    variable = _VARIABLE.fullmatch(segment)
    if variable is None:
        return 0
    return 2 if variable[2] else 1


def _pattern(path: str) -> re.Pattern[str]:
    if path == "$default":
        return re.compile(".*", re.DOTALL)
    expression, position = "", 0
    for variable in _VARIABLE.finditer(path):
        # A greedy variable takes an empty rest too: on AWS /{proxy+} answers for "/".
        matched = ".*" if variable[2] else "[^/]+"
        expression += re.escape(path[position : variable.start()])
        expression += f"({matched})"
        position = variable.end()
    return re.compile(expression + re.escape(path[position:]), re.DOTALL)
