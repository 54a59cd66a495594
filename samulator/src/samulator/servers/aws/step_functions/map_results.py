"""What became of the children of a distributed map, as files or as its output.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from samulator.servers.aws.step_functions.context_object import as_written

_STATUSES = ("FAILED", "PENDING", "SUCCEEDED")
_INCLUDED = {"Included": True}


@dataclass
class Child:
    """A child of the map: at first it waits, at the end it has succeeded or failed."""

    input: Any
    status: str = "PENDING"
    started: datetime | None = None
    stopped: datetime | None = None
    output: Any = None
    failure: Mapping[str, Any] = field(default_factory=dict)
    name: str = field(default_factory=lambda: str(uuid4()))

    def start(self, given: object) -> None:
        """`given` is the item as its ItemSelector made it."""
        self.input, self.status, self.started = given, "RUNNING", datetime.now(UTC)

    def end(self, status: str, output: object, failure: Mapping[str, Any]) -> None:
        self.status, self.output, self.failure = status, output, failure
        self.stopped = datetime.now(UTC)

    def document(self, machine_arn: str) -> dict[str, Any]:
        """All that the service writes of it."""
        arn = f"{machine_arn.replace(':stateMachine:', ':execution:')}:{self.name}"
        told: dict[str, Any] = {
            "ExecutionArn": arn,
            "Input": _json(self.input),
            "InputDetails": _INCLUDED,
            "Name": self.name,
            "StateMachineArn": machine_arn,
            "Status": "ABORTED" if self.status == "RUNNING" else self.status,
        }
        told |= {name.capitalize(): text for name, text in self.failure.items()}
        if self.started:
            told |= {"StartDate": as_written(self.started)}
        if self.stopped:
            told |= {"StopDate": as_written(self.stopped)}
        if self.status == "SUCCEEDED":
            reason = "Execution is SUCCEEDED and cannot be redriven"
            told |= {"Output": _json(self.output), "OutputDetails": _INCLUDED}
            told |= {"RedriveStatus": "NOT_REDRIVABLE", "RedriveStatusReason": reason}
        return {**told, "RedriveCount": 0}


@dataclass(frozen=True)
class Results:
    """What is written of a map run."""

    run_arn: str
    machine_arn: str
    children: Sequence[Child]
    transformation: str
    output_type: str

    def files(self, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield key and text of each file, the manifest last."""
        folder = f"{prefix}{'/' if prefix and not prefix.endswith('/') else ''}"
        folder += f"{self.run_arn.rsplit(':', 1)[-1]}/"
        listed: dict[str, list[dict[str, Any]]] = {status: [] for status in _STATUSES}
        for status in _STATUSES:
            children = [child for child in self.children if _file_of(child) == status]
            if children:
                key = f"{folder}{status}_0.{self.output_type.lower()}"
                text = self._text(self._rows(children))
                listed[status].append({"Key": key, "Size": len(text.encode())})
                yield key, text
        manifest = {"DestinationBucket": bucket, "MapRunArn": self.run_arn, "ResultFiles": listed}
        yield f"{folder}manifest.json", json.dumps(manifest)

    def output(self) -> object:
        """The output of a map whose results go nowhere else."""
        rows = self._rows(self.children)
        return self._text(rows) if self.output_type == "JSONL" else rows

    def _rows(self, children: Sequence[Child]) -> list[Any]:
        rows: list[Any] = []
        for child in children:
            if self.transformation == "NONE" or child.status != "SUCCEEDED":
                rows.append(child.document(self.machine_arn))
            elif self.transformation == "FLATTEN" and isinstance(child.output, list):
                rows += child.output
            else:
                rows.append(child.output)
        return rows

    def _text(self, rows: Sequence[Any]) -> str:
        if self.output_type == "JSONL":
            return "".join(f"{_json(row)}\n" for row in rows)
        return json.dumps(rows)


def _file_of(child: Child) -> str:
    return child.status if child.status in _STATUSES else "FAILED"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
