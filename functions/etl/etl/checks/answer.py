"""Answers as the HTTP API takes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the document that is shown unless there is none, and what is said beside it."""

    status: int
    document: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def event(self, request_id: str) -> dict[str, Any]:
        """A document holds values of a file: nobody may keep it."""
        if self.document is None:
            return response(self.status, "", request_id, self.headers)
        headers = {"content-type": "application/json", "cache-control": "no-store", **self.headers}
        text = json.dumps(self.document, ensure_ascii=False, allow_nan=False)
        return response(self.status, text, request_id, headers)


def response(status: int, body: str, request_id: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """The event of payload version 2.0."""
    return {
        "statusCode": status,
        "headers": {**headers, "x-request-id": request_id},
        "body": body,
        "isBase64Encoded": False,
    }
