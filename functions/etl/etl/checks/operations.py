"""Which call a path and a method mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from etl.checks.answer import Answer
from etl.checks.descriptions import remove_description, show_description, write_description
from etl.checks.problem import Problem
from etl.checks.request import Request
from etl.checks.routes import check_file
from etl.report.verdict import Limits
from etl.s3.descriptions import Descriptions


@dataclass(frozen=True, slots=True)
class Operation:
    """A call, and the scope that it needs. `answer` raises Problem."""

    scope: str
    answer: Callable[[Descriptions, Request, Limits], Answer]


def _unjudged(
    answer: Callable[[Descriptions, Request], Answer],
) -> Callable[[Descriptions, Request, Limits], Answer]:
    """For calls that judge no file."""
    return lambda store, request, _: answer(store, request)


# By path and method, as the template sends them here.
OPERATIONS: Final[Mapping[str, Mapping[str, Operation]]] = {
    "/datasets/checks": {"POST": Operation("datasets:write", check_file)},
    "/datasets/descriptions": {
        "GET": Operation("datasets:read", _unjudged(show_description)),
        "PUT": Operation("datasets:write", _unjudged(write_description)),
        "DELETE": Operation("datasets:write", _unjudged(remove_description)),
    },
}


def methods_of(request: Request) -> tuple[str, ...]:
    """What can be done at the request's path. Raises Problem (404) for no path of ours."""
    operations = OPERATIONS.get(request.route[1])
    if operations is None:
        raise Problem(404, "", "Nothing is here. /docs shows what there is.")
    head = ("HEAD",) if "GET" in operations else ()
    return (*head, *operations, "OPTIONS")


def operation_of(request: Request, methods: tuple[str, ...]) -> Operation:
    """HEAD is answered as GET is. Raises Problem (405) for none of the path's methods."""
    method, path = request.route
    if method not in methods:
        allow = {"Allow": ", ".join(methods)}
        raise Problem(405, "", f"Only {', '.join(methods)} can be done here.", headers=allow)
    return OPERATIONS[path]["GET" if method == "HEAD" else method]
