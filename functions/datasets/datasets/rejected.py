"""GET /datasets/{name}/rejected: the rows that were dropped, read from where a page ended."""

import csv
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from datasets.deadline import Deadline
from datasets.errors import InvalidInput
from datasets.rows import cursor
from datasets.rows.limit import MOST, TOLD, page_limit
from datasets.storage.bucket import Bucket, StoredObject
from datasets.storage.report import REJECTED, open_dataset
from datasets.web.answer import Answer, csv_answer, json_answer, wants_csv
from datasets.web.request import Request

COLUMNS = ("line", "reason", "detail", "original")
# Past it a page ends where it is: the next one goes on from there.
_SECONDS = 8
_MAX_CHARACTERS = 2_000_000
_MAX_CELL = 64 * 1024 * 1024

# The ETL's words, docs/etl.md.
Reason = Literal[
    "malformed_row",
    "repeated_header",
    "missing_order_id",
    "duplicate_exact",
    "duplicate_differs",
    "invalid_quantity",
    "missing_order_date",
    "invalid_order_date",
    "invalid_price",
]


class RejectedParameters(BaseModel):
    """The query string of `rejected`."""

    model_config = ConfigDict(extra="forbid")

    reason: list[Reason] = Field([], max_length=20, description="One of these.")
    contains: str | None = Field(None, min_length=1, max_length=1000)
    limit: int | None = Field(None, ge=1, le=MOST, description=TOLD)
    cursor: str | None = Field(None, min_length=1, max_length=4000)
    format: Literal["csv", "json"] | None = None


def list_rejected(bucket: Bucket, name: str, request: Request) -> Answer:
    """A page of the rows that were dropped, in the order of the file."""
    asked = request.parameters(RejectedParameters)
    is_csv = wants_csv(request, asked.format)
    limit = page_limit(asked.limit, is_csv=is_csv)
    dataset = open_dataset(bucket, name)
    file = dataset.file(REJECTED, bucket)
    query = cursor.fingerprint("rejected", sorted(asked.reason), asked.contains)
    start = _start(asked.cursor, dataset.version, query, file.objects)
    rows, end = _page(_records(bucket, file.objects, start), asked, limit)
    following = None if end is None else cursor.encode(dataset.version, query, [end])
    if is_csv:
        headers = {"Next-Cursor": following} if following else {}
        return csv_answer(
            COLUMNS, rows, filename=dataset.download_name("rejected"), headers=headers
        )
    items = [{**dict(zip(COLUMNS, row, strict=True)), "line": int(row[0])} for row in rows]
    return json_answer(
        {
            "items": items,
            "next_cursor": following,
            "total": dataset.dropped,
            "status": dataset.status,
            "version": dataset.version,
        }
    )


def _start(given: str | None, version: str, query: str, objects: Sequence[StoredObject]) -> int:
    if not given:
        return 0
    (start, *_) = cursor.decode(given, version, query)
    size = sum(stored.size for stored in objects)
    if not isinstance(start, int) or not 0 < start <= size:
        raise InvalidInput("is not a cursor of this call", parameter="cursor")
    return start


def _page(
    records: Iterator[tuple[int, list[str]]], asked: RejectedParameters, limit: int
) -> tuple[list[list[str]], int | None]:
    """The rows, and the byte behind them; None at the end of the file."""
    deadline, reasons = Deadline(_SECONDS), set(asked.reason)
    needle = (asked.contains or "").casefold()
    rows: list[list[str]] = []
    characters = 0
    end: int | None = None
    for behind, row in records:
        if end is not None:
            return rows, end  # there is one more
        if (not reasons or row[1] in reasons) and needle in row[3].casefold():
            rows.append(row)
            characters += len(row[3])
        if len(rows) == limit or characters > _MAX_CHARACTERS or deadline.is_over:
            end = behind
    return rows, None


def _records(
    bucket: Bucket, objects: Sequence[StoredObject], start: int
) -> Iterator[tuple[int, list[str]]]:
    """Each record from byte `start` on, and the byte behind it; the header is skipped.

    Parts of a file are read as the one that they are together.
    """
    csv.field_size_limit(_MAX_CELL)
    read = start

    def lines() -> Iterator[str]:
        nonlocal read
        for line in _lines(_stream(bucket, objects, start)):
            read += len(line)
            yield line.decode("utf-8", "replace")

    for row in csv.reader(lines()):
        is_header = start == 0 and tuple(row) == COLUMNS
        if len(row) == len(COLUMNS) and not is_header:
            yield read, row


def _stream(bucket: Bucket, objects: Sequence[StoredObject], start: int) -> Iterator[bytes]:
    for stored in objects:
        if start < stored.size:
            yield from bucket.stream(stored, start)
        start = max(0, start - stored.size)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []
    for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*rest, line, b"\n"])
            rest = []
        if last:
            rest.append(last)
    if rest:
        yield b"".join(rest)
