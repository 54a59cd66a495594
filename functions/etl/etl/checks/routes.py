"""The calls: check a file; show, write and remove the description of its folder."""

import json
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, Final

from etl.check import Check, check
from etl.checks.problem import Problem, invalid, pointer_to
from etl.checks.request import MAX_BODY, Request
from etl.errors import Refused
from etl.profile.head import whole_lines
from etl.publication.place import SUFFIXES, output_prefix
from etl.report.model import REFUSED, Refusal
from etl.s3.descriptions import Beginning, Descriptions, StoredDescription
from etl.source.description import FILE_NAME, Description
from etl.source.description_file import WrongDescription, parse_description

_FILES: Final = ("application/octet-stream", "text/csv")
_GZIP: Final = b"\x1f\x8b"
# What a zipped beginning may unpack to.
_MAX_UNPACKED: Final = 8 << 20

# A status, and the document unless there is none.
Answer = tuple[int, Mapping[str, Any] | None]


class Checks:
    """What can be asked of the landing bucket's files. Every call raises Problem."""

    def __init__(self, store: Descriptions) -> None:
        self._store = store

    def check(self, request: Request) -> Answer:
        """What would be kept of a file, or of its first bytes, and what would keep more."""
        if request.media_type == "application/json":
            request.parameters()
            asked = request.json()
            _only(asked, {"key", "description"})
            key = _key(asked.get("key"), pointer="#/key")
            given = _description(asked.get("description"))
            beginning = self._store.beginning(key)
            if beginning is None:
                raise Problem(404, "file-not-found", "The landing bucket has no such file.")
        elif request.media_type in _FILES:
            query = request.parameters("key", "size", "description")
            key = _key(query.get("key"), parameter="key")
            given = _queried(query.get("description"))
            size = _size(query.get("size"))
            beginning = _sent(request.body(size), size)
        else:
            accepted = ", ".join(("application/json", *_FILES))
            detail = f"Send one of {accepted}."
            headers = {"Accept-Post": accepted}
            raise Problem(415, "unsupported-media-type", detail, headers=headers)
        return 200, self._checked(key, beginning, given).model_dump(mode="json")

    def describe(self, request: Request) -> Answer:
        """Write the description beside a file; POST /datasets/runs then cleans the file by it."""
        if request.media_type != "application/json":
            headers = {"Accept-Put": "application/json"}
            raise Problem(415, "unsupported-media-type", "Send application/json.", headers=headers)
        request.parameters()
        asked = request.json()
        _only(asked, {"key", "description"})
        key = _key(asked.get("key"), pointer="#/key")
        description = _description(asked.get("description"))
        if description is None:
            raise invalid("description is required", pointer="#/description")
        if not self._store.exists(key):
            raise Problem(404, "file-not-found", "The landing bucket has no such file.")
        fields = description.model_dump(mode="json", exclude_defaults=True)
        written = self._store.write(key, json.dumps(fields, indent=2, ensure_ascii=False) + "\n")
        return 200, {"key": key, "description_key": written, "description": fields}

    def show_description(self, request: Request) -> Answer:
        """The description that counts for a file: its fields, or what is wrong with it."""
        key = _described_key(request)
        found = self._found(key)
        shown: dict[str, Any] = {"description": None, "refusal": None}
        try:
            description = parse_description(found.content)
            shown["description"] = description.model_dump(mode="json", exclude_defaults=True)
        except Refused as refused:
            shown["refusal"] = {"reason": refused.reason, "message": refused.message}
        modified = found.last_modified.astimezone(UTC).isoformat().replace("+00:00", "Z")
        place = {"key": key, "description_key": found.key}
        return 200, {**place, **shown, "etag": found.etag, "last_modified": modified}

    def remove_description(self, request: Request) -> Answer:
        """Its folder's files are then read without one, from their next run on."""
        self._store.remove(self._found(_described_key(request)).key)
        return 204, None

    def _found(self, key: str) -> StoredDescription:
        found = self._store.beside(key)
        if found is None:
            detail = f"No {FILE_NAME} is in the file's folder of the landing bucket."
            raise Problem(404, "description-not-found", detail)
        return found

    def _checked(self, key: str, beginning: Beginning, given: Description | None) -> Check:
        stored = None if given else self._store.beside(key)
        place = None if stored is None else stored.key
        try:
            read = Description() if stored is None else parse_description(stored.content)
        except Refused as refused:
            refusal = Refusal(reason=refused.reason, message=refused.message)
            found = Check(key=key, status=REFUSED, is_complete=False, refusal=refusal)
        else:
            found = _looked_at(key, beginning, given or read)
        return found.model_copy(update={"description_key": place})


def _looked_at(key: str, beginning: Beginning, description: Description) -> Check:
    content, is_whole = _unpacked(beginning)
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content if is_whole else whole_lines(content))
        return check(path, description, key=key, is_whole=is_whole)


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


def _key(value: object, **place: str) -> str:
    if value is None:
        raise invalid("key is required: where the file is, or would go", **place)
    if not isinstance(value, str) or not value.lower().endswith(SUFFIXES):
        raise invalid("key must end in .csv or .csv.gz", **place)
    try:
        output_prefix(value)
        value.encode()
    except (Refused, UnicodeEncodeError) as error:
        message = error.message if isinstance(error, Refused) else "key is no Unicode text"
        raise invalid(message, **place) from error
    return value


def _described_key(request: Request) -> str:
    """A file's key, or that of a description itself; the query has nothing else."""
    key = request.parameters("key").get("key")
    if key is None or key.rpartition("/")[2] != FILE_NAME:
        return _key(key, parameter="key")
    _key(f"{key.removesuffix(FILE_NAME)}raw.csv", parameter="key")
    return key


def _queried(text: str | None) -> Description | None:
    if text is None:
        return None
    try:
        return parse_description(text.encode("utf-8", "replace"))
    except WrongDescription as wrong:
        raise invalid(wrong.message, parameter="description") from wrong


def _description(value: object) -> Description | None:
    """Each fault has its own pointer."""
    if value is None:
        return None
    try:
        return parse_description(json.dumps(value).encode())
    except WrongDescription as wrong:
        faults = [
            {"pointer": pointer_to("description", *_steps(value, place)), "detail": said}
            for place, said in wrong.faults or (((), wrong.message),)
        ]
        raise Problem(422, "invalid-input", wrong.message, faults=tuple(faults)) from wrong


def _steps(document: Any, place: Sequence[str | int]) -> Iterator[str | int]:  # noqa: ANN401 - JSON
    """As much of a fault's place as the document has: behind it are the model's own words."""
    for step in place:
        if not _has(document, step):
            return
        yield step
        document = document[step]


def _has(document: object, step: str | int) -> bool:
    if isinstance(document, list):
        return step in range(len(document))
    return isinstance(document, dict) and step in document


def _only(asked: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(asked) - known)
    if unknown:
        told = f"{unknown[0][:100]} is not known here; known are {', '.join(sorted(known))}"
        raise invalid(told, pointer=pointer_to(unknown[0]))
