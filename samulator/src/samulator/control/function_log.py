"""What functions log: kept in files line by line with its time, shown readable to people."""

import json
import os
import re
import weakref
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_ACCESS_LOG_FIELDS = {"method", "route", "status"}
# The runtime client writes a paragraph on runtime updates before each unhandled error; the error
# itself is what helps.
_RUNTIME_ADVICE = re.compile(r"\[WARNING\]\t[^\t]*\t[^\t]*\tLAMBDA_WARNING: ")
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\t")
# Fields of a JSON log line that the line's own columns already show, that repeat on each, or
# that say again what the text of an exception says.
_HIDDEN_FIELDS = {
    "level", "message", "timestamp", "location", "service", "cold_start", "function_name",
    "function_memory_size", "function_arn", "function_request_id", "xray_trace_id",
    "exception_name", "stack_trace", "requestId",
}  # fmt: skip


class FunctionLogs:
    """One file per function in `folder`: each line after the time at which it was written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, int] = {}
        weakref.finalize(self, _close_all, self._files)

    def keep(self, function: str, line: str) -> None:
        """Raises OSError. The file stays open, and is made anew where it was removed."""
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        file = self._files.get(function)
        if file is None or not os.fstat(file).st_nlink:
            file = self._opened(function)
        # At once, so that whoever follows the file is never behind.
        os.write(file, f"{stamp}\t{line}\n".encode(errors="backslashreplace"))

    def _opened(self, function: str) -> int:
        if (gone := self._files.pop(function, None)) is not None:
            os.close(gone)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{function}.log"
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._files[function] = file
        return file


def _close_all(files: dict[str, int]) -> None:
    while files:
        os.close(files.popitem()[1])


def split_stamp(kept: str) -> tuple[str, str]:
    """The time of day here, HH:MM:SS, and the line; no time where a service wrote the file."""
    match = _STAMP.match(kept)
    if not match:
        return "", kept
    moment = datetime.fromisoformat(match[1]).astimezone()
    return f"{moment:%H:%M:%S}", kept[match.end() :]


def readable(line: str) -> str | None:
    """A JSON log line as `LEVEL message key=value`, other lines as they are.

    Texts of several lines, as a traceback is one, follow on lines of their own. None for metrics
    and for the runtime client's advice on unhandled errors.
    """
    record = _record(line)
    if _RUNTIME_ADVICE.match(line) or _is_advice(record):
        return None
    if record is None:
        return line
    if "_aws" in record:
        return None
    if "errorMessage" in record and "errorType" in record:
        return _unhandled(record)
    if "message" not in record:
        return line
    shown = {name: value for name, value in record.items() if name not in _HIDDEN_FIELDS}
    texts = [value for value in shown.values() if _has_lines(value)]
    fields = " ".join(f"{name}={value}" for name, value in shown.items() if not _has_lines(value))
    first = f"{record.get('level', '')} {record['message']} {fields}".strip()
    return "\n".join([first, *(line for text in texts for line in text.splitlines())])


def _is_advice(record: Mapping[str, Any] | None) -> bool:
    return f"{(record or {}).get('message', '')}".startswith("LAMBDA_WARNING: ")


def _unhandled(record: Mapping[str, Any]) -> str:
    """An exception that left a handler whose LoggingConfig asks for JSON, as it is in text."""
    trace = record.get("stackTrace")
    lines = [line for frame in trace for line in f"{frame}".splitlines()] if trace else []
    first = f"[{record.get('level', 'ERROR')}] {record['errorType']}: {record['errorMessage']}"
    return "\n".join([first, *(["Traceback (most recent call last):", *lines] if lines else [])])


def is_access_log(line: str) -> bool:
    """A function's own record of a request; the terminal has the gateway's line already."""
    record = _record(line) or {}
    return record.keys() >= _ACCESS_LOG_FIELDS and record.get("level") == "INFO"


def _record(line: str) -> Mapping[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        record: Mapping[str, Any] = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record


def _has_lines(value: object) -> bool:
    return isinstance(value, str) and "\n" in value
