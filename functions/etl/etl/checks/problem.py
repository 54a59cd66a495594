"""Errors as RFC 9457 problem details, of the shape that the user API's have."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from etl.checks.answer import response

_LONGEST_STEP: Final = 200


class Problem(Exception):
    """Ends a request; `slug` makes the `type`, empty for a status that says it all."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str,
        *,
        faults: tuple[Mapping[str, str], ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.faults = faults
        self.headers = dict(headers or {})

    def answer(self, request_id: str) -> dict[str, Any]:
        """For the HTTP API; pure ASCII."""
        document = {
            "type": f"urn:problem:{self.slug}" if self.slug else "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": str(self),
            "instance": f"urn:request:{request_id}",
            **({"errors": list(self.faults)} if self.faults else {}),
        }
        headers = {"content-type": "application/problem+json", **self.headers}
        return response(self.status, json.dumps(document), request_id, headers)


def invalid(detail: str, *, pointer: str = "", parameter: str = "") -> Problem:
    """422, naming what is wrong."""
    place = {"pointer": pointer} if pointer else {"parameter": parameter}
    return Problem(422, "invalid-input", detail, faults=({**place, "detail": detail},))


def pointer_to(*steps: object) -> str:
    """A JSON pointer as a fragment (RFC 6901, section 6); a long name ends it.

    >>> pointer_to("description", "columns", "a/b")
    '#/description/columns/a~1b'
    """
    shown = (str(step)[:_LONGEST_STEP].replace("~", "~0").replace("/", "~1") for step in steps)
    return "".join(["#", *(f"/{step}" for step in shown)])
