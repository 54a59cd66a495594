"""The call that checks a file, sent or landed."""

import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.check import Check, check
from etl.checks.answer import Answer
from etl.checks.members import (
    file_key,
    given_description,
    queried_description,
    require_known,
)
from etl.checks.problem import Problem, invalid
from etl.checks.request import MAX_BODY, Request
from etl.errors import Refused
from etl.profile.head import whole_lines
from etl.report.model import REFUSED, Refusal
from etl.report.verdict import Limits
from etl.s3.descriptions import Beginning, Descriptions, StoredDescription
from etl.source.description import Description
from etl.source.description_file import parse_description

_FILES: Final = ("application/octet-stream", "text/csv")
_GZIP: Final = b"\x1f\x8b"
# What a zipped beginning may unpack to.
_MAX_UNPACKED: Final = 8 << 20


def check_file(store: Descriptions, request: Request, limits: Limits) -> Answer:
    """What would be kept of a file, or of its first bytes, and what would keep more.

    Raises Problem.
    """
    if request.media_type == "application/json":
        request.parameters()
        asked = request.json()
        require_known(asked, {"key", "description"})
        key = file_key(asked.get("key"), pointer="#/key")
        given = given_description(asked.get("description"))
        beginning = store.beginning(key)
        if beginning is None:
            raise Problem(404, "file-not-found", "The landing bucket has no such file.")
    elif request.media_type in _FILES:
        query = request.parameters("key", "size", "description")
        key = file_key(query.get("key"), parameter="key")
        given = queried_description(query.get("description"))
        size = _size(query.get("size"))
        beginning = _sent(request.body(size), size)
    else:
        accepted = ", ".join(("application/json", *_FILES))
        headers = {"Accept-Post": accepted}
        raise Problem(415, "unsupported-media-type", f"Send one of {accepted}.", headers=headers)
    stored = None if given else store.beside(key)
    found = _checked(_Asked(key, beginning, limits), stored, given)
    return Answer(200, found.model_dump(mode="json"))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be judged, and by which limits."""

    key: str
    beginning: Beginning
    limits: Limits


def _checked(asked: _Asked, stored: StoredDescription | None, given: Description | None) -> Check:
    if stored is None:
        return _looked_at(asked, given or Description(), None)
    try:
        found = _looked_at(asked, parse_description(stored.content), stored.key)
    except Refused as refused:
        refusal = Refusal(reason=refused.reason, message=refused.message)
        found = Check(key=asked.key, status=REFUSED, is_complete=False, refusal=refusal)
    return found.model_copy(update={"description_key": stored.key, "description_etag": stored.etag})


def _looked_at(asked: _Asked, description: Description, place: str | None) -> Check:
    content, is_whole = _unpacked(asked.beginning)
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content if is_whole else whole_lines(content))
        return check(
            path,
            description,
            key=asked.key,
            is_whole=is_whole,
            limits=asked.limits,
            described_by=place,
        )


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid("size must be the number of the file's bytes", parameter="size")
    return int(text)


def _sent(body: bytes, size: int | None) -> Beginning:
    """`size` is the whole file's, if it is larger than what was sent."""
    if size is not None and size < len(body):
        told = f"size is that of the whole file, and {len(body):,} bytes of it were sent"
        raise invalid(told, parameter="size")
    return Beginning(body, is_whole=len(body) < MAX_BODY if size is None else size <= len(body))


def _unpacked(beginning: Beginning) -> tuple[bytes, bool]:
    """Of a zipped file that was cut off what can be read; a damaged one is left as it is."""
    content = beginning.content
    if not content.startswith(_GZIP):
        return content, beginning.is_whole
    unzip = zlib.decompressobj(wbits=31)
    try:
        unpacked = unzip.decompress(content, _MAX_UNPACKED)
    except zlib.error:
        return content, True
    if beginning.is_whole and (unzip.eof or not unzip.unconsumed_tail):
        # Several members, or an end that is missing: the reader of files knows.
        return content, True
    return unpacked, False
