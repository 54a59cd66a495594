"""The Lambda entry: an event in, an answer out, whatever comes."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from datasets.errors import AppError, NothingHere, StorageUnavailable, WrongMethod
from datasets.observability import describe, emit, get_logger, log_request
from datasets.settings import Settings, SettingsError
from datasets.tracing import Fields, span
from datasets.web.access import require_scope
from datasets.web.answer import Answer
from datasets.web.problems import Kind, internal_error, problem, problem_of
from datasets.web.request import Request, is_http, read_request

AnySettings = TypeVar("AnySettings", bound=Settings)
# What can be done at each path, by whichever function: the gateway sends every POST to one of them
# and the rest to another. The first ending that a path has is taken; a name may hold slashes.
_METHODS = {
    "/datasets/{name}/rows": "GET",
    "/datasets/{name}/rejected": "GET",
    "/datasets/{name}/summary": "GET",
    "/datasets/{name}/parts": "GET",
    "/datasets/{name}/runs": "GET",
    "/datasets/{name}/query": "POST",
    "/datasets/{name}": "GET",
}
# What the gateway sends to other functions at paths that are names of datasets, too.
_ELSEWHERE = {
    "/datasets/checks": ("POST",),
    "/datasets/descriptions": ("PUT", "DELETE"),
    "/datasets/runs": ("POST",),
    "/datasets/uploads": ("POST",),
}
_NOTHING = "Nothing is here. /docs shows what there is."


@dataclass(frozen=True, slots=True)
class Route:
    """`template` names the route in logs: a path may hold what must not be there."""

    method: str
    template: str
    answer: Callable[[str, Request], Answer]


class HttpEntry(Generic[AnySettings]):
    """Settings and routes are made once; where the settings are wrong, each request says so."""

    def __init__(
        self, load: Callable[[], AnySettings], build: Callable[[AnySettings], Sequence[Route]]
    ) -> None:
        self._load = load
        self._build = build
        self._ready: tuple[Settings, Sequence[Route]] | None = None

    def prepare(self) -> tuple[Settings, Sequence[Route]]:
        """Raises SettingsError, and tries again at the next call."""
        if self._ready is None:
            settings = self._load()
            self._ready = settings, self._build(settings)
        return self._ready

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's contract
        if not is_http(event):
            detail = "This function answers HTTP API events (payload version 2.0)."
            return problem("", Kind(400), detail).for_gateway("", head=False)
        started = time.perf_counter()
        request = read_request(event)
        served = _Served(f"{request.method} unmatched")
        with span("request") as told:
            answer = self._answer(request, served)
            told |= _span_fields(served.route, request.id, answer.status)
        milliseconds = round((time.perf_counter() - started) * 1000, 2)
        identity = {
            "request_id": request.id,
            "function_request_id": getattr(context, "aws_request_id", None),
            "method": request.method,
            "route": served.route,
        }
        outcome = {"status": answer.status, "milliseconds": milliseconds, **served.failure}
        log_request(identity, outcome)
        emit(served.route, answer.status, milliseconds)
        return answer.for_gateway(request.id, head=request.method == "HEAD")

    def _answer(self, request: Request, served: "_Served") -> Answer:
        try:
            settings, routes = self.prepare()
            template, name = _find(request)
            served.route = f"{request.method} {template}"
            if request.method == "OPTIONS":
                allow = ", ".join((*_allowed(template, request), "OPTIONS"))
                return Answer(status=204, headers={"Allow": allow})
            require_scope(request.event, auth_required=settings.auth_required)
            method = "GET" if request.method == "HEAD" else request.method
            for route in routes:
                if (route.method, route.template) == (method, template):
                    return route.answer(name, request)
            raise WrongMethod(_allowed(template, request))
        except AppError as error:
            if isinstance(error, StorageUnavailable):
                served.failure = describe(error)
            return problem_of(error, request.id)
        except SettingsError as error:
            get_logger().error("settings", extra={"detail": str(error)})
            return problem(request.id, Kind(500), str(error))
        except Exception as error:  # noqa: BLE001 - API Gateway would show its own bare 502
            get_logger().error("unhandled error", extra=describe(error))
            return internal_error(request.id)


def _span_fields(route: str, request_id: str, status: int) -> Fields:
    """The request as X-Ray has it; names there hold no braces, so {name} is :name."""
    return {
        "name": route.replace("{", ":").replace("}", ""),
        "http": {"response": {"status": status}},
        "annotations": {"request_id": request_id},
        "error": 400 <= status < 500,
        "fault": status >= 500,
    }


def _find(request: Request) -> tuple[str, str]:
    """The template of the path, and the dataset's name in it."""
    for template in _METHODS:
        pattern = "(.+)".join(map(re.escape, template.split("{name}")))
        if found := re.fullmatch(pattern, request.path, re.DOTALL):
            return template, found[1]
    raise NothingHere(_NOTHING)


@dataclass(slots=True)
class _Served:
    """What the log says of a request."""

    route: str
    failure: dict[str, object]

    def __init__(self, route: str) -> None:
        self.route = route
        self.failure = {}


def _allowed(template: str, request: Request) -> tuple[str, ...]:
    method = _METHODS[template]
    head = ("HEAD",) if method == "GET" else ()
    return (method, *head, *_ELSEWHERE.get(request.path, ()))
