"""An answer, and what API Gateway is given of it."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from datasets.errors import TooMuchWork
from datasets.web.request import Request

# Lambda carries 6 MB (6,291,556 bytes) of an answer; headers and JSON's escapes of the body count.
MAX_ANSWER = 5_000_000
# What is shown are a caller's own data; the URLs of a dataset open files.
PRIVATE = {"Cache-Control": "no-store", "Vary": "Authorization, Accept"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is text; an empty one has no media type."""

    body: str = ""
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def for_gateway(self, request_id: str, *, head: bool) -> dict[str, Any]:
        headers = {
            "content-type": self.media_type,
            "content-length": str(len(self.body.encode("utf-8", "replace"))),
            "x-request-id": request_id,
            "x-content-type-options": "nosniff",
            **{name.lower(): _ascii(value) for name, value in self.headers.items()},
        }
        if not self.body:
            del headers["content-type"]
        body = "" if head else self.body
        return {
            "statusCode": self.status,
            "headers": headers,
            "body": body,
            "isBase64Encoded": False,
            "cookies": [],
        }


def json_answer(document: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Answer:
    """Raises TooMuchWork where the answer is more than Lambda carries."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Answer(_bounded(body), headers={**PRIVATE, **(headers or {})})


def csv_answer(
    names: Sequence[str],
    lines: Iterable[Sequence[object]],
    *,
    filename: str,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Lines end in LF, cells are quoted where they must be, a missing value is an empty cell.

    As in the files of the ETL, a text that a spreadsheet would run as a formula is left as it is.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(lines)
    disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return Answer(
        _bounded(text.getvalue()),
        media_type="text/csv; charset=utf-8",
        headers={**PRIVATE, "Content-Disposition": disposition, **(headers or {})},
    )


def wants_csv(request: Request, asked: str | None) -> bool:
    """`?format=` decides, else whether Accept names text/csv and not JSON before it."""
    if asked is not None:
        return asked == "csv"
    accepted = request.headers.get("accept", "").lower()
    return "text/csv" in accepted and not 0 <= accepted.find("application/json") < accepted.find(
        "text/csv"
    )


def _bounded(body: str) -> str:
    if len(body.encode("utf-8", "replace")) > MAX_ANSWER:
        raise TooMuchWork("The answer would be larger than 5 MB: ask for fewer rows or columns.")
    return body


def _ascii(value: str) -> str:
    return value if value.isascii() else quote(value, safe=" \"'(),/:;<=>?@[]{}&%+*")
