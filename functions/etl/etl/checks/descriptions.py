"""The calls that show, write and remove the description of a folder."""

import json
from datetime import UTC
from typing import Any

from etl.checks.answer import Answer
from etl.checks.conditions import changed, conditions_of
from etl.checks.members import (
    described_key,
    given_description,
    is_description,
    require_known,
)
from etl.checks.problem import Problem, invalid
from etl.checks.request import Request
from etl.errors import Refused
from etl.s3.descriptions import DescriptionChanged, Descriptions, StoredDescription
from etl.source.description import FILE_NAME
from etl.source.description_file import parse_description

_NO_FILE = (
    f"The landing bucket has no such file. The key of its folder's {FILE_NAME} takes a description "
    "before there is a file."
)


def write_description(store: Descriptions, request: Request) -> Answer:
    """Write the description beside a file; POST /datasets/runs then cleans the file by it.

    By the description's own key it is written before there is a file.

    Raises Problem, of 412 where another one is there than If-Match and If-None-Match ask for.
    """
    if request.media_type != "application/json":
        headers = {"Accept-Put": "application/json"}
        raise Problem(415, "unsupported-media-type", "Send application/json.", headers=headers)
    request.parameters()
    conditions = conditions_of(request.headers)
    asked = request.json()
    require_known(asked, {"key", "description"})
    key = described_key(asked.get("key"), pointer="#/key")
    description = given_description(asked.get("description"))
    if description is None:
        raise invalid("description is required", pointer="#/description")
    if not (is_description(key) or store.exists(key)):
        raise Problem(404, "file-not-found", _NO_FILE)
    fields = description.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
    if conditions:
        before = store.beside(key)
        conditions.require(None if before is None else before.etag)
        place, etag = _written_over(store, key, text, before)
    else:
        place, etag = store.write(key, text)
    shown = {"key": key, "description_key": place, "description": fields}
    return Answer(200, shown, {"etag": etag})


def show_description(store: Descriptions, request: Request) -> Answer:
    """The description that counts for a file: its fields, or what is wrong with it."""
    key = _asked_key(request)
    conditions = conditions_of(request.headers)
    found = _found(store, key)
    if not conditions.match_holds(found.etag):
        raise changed("is another one now")
    if conditions.is_known(found.etag):
        return Answer(304, headers={"etag": found.etag})
    shown: dict[str, Any] = {"description": None, "refusal": None}
    try:
        description = parse_description(found.content)
        shown["description"] = description.model_dump(mode="json", exclude_defaults=True)
    except Refused as refused:
        shown["refusal"] = {"reason": refused.reason, "message": refused.message}
    modified = found.last_modified.astimezone(UTC).isoformat().replace("+00:00", "Z")
    place = {"key": key, "description_key": found.key}
    document = {**place, **shown, "etag": found.etag, "last_modified": modified}
    return Answer(200, document, {"etag": found.etag})


def remove_description(store: Descriptions, request: Request) -> Answer:
    """Its folder's files are then read without one, from their next run on.

    Raises Problem, of 412 where it is another one than If-Match asks for.
    """
    key = _asked_key(request)
    conditions = conditions_of(request.headers)
    found = _found(store, key)
    conditions.require(found.etag)
    try:
        store.remove(found.key, etag=found.etag if conditions else None)
    except DescriptionChanged:
        raise changed("is another one now") from None
    return Answer(204)


def _written_over(
    store: Descriptions, key: str, text: str, before: StoredDescription | None
) -> tuple[str, str]:
    """S3 itself looks whether what is there is still what was there. Raises Problem (412)."""
    try:
        return store.write_over(key, text, None if before is None else before.etag)
    except DescriptionChanged:
        # A try whose answer was lost may have written it, and the next one meets its own work.
        now = store.beside(key)
        if now is None or now.content != text.encode():
            raise changed("is another one now") from None
        return now.key, now.etag


def _asked_key(request: Request) -> str:
    """The query has nothing else."""
    return described_key(request.parameters("key").get("key"), parameter="key")


def _found(store: Descriptions, key: str) -> StoredDescription:
    found = store.beside(key)
    if found is None:
        detail = f"No {FILE_NAME} is in the file's folder of the landing bucket."
        raise Problem(404, "description-not-found", detail)
    return found
