"""Batches that a distributed map hands to its children, and how many of its items may fail.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html and
https://docs.aws.amazon.com/step-functions/latest/dg/maprun-fail-threshold.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What the input of a child may be at most.
_MOST_BYTES = 256 * 1024


def in_batches(items: Sequence[Any], batcher: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the inputs of the children: {"BatchInput": …, "Items": […]}, the first as told.

    `batcher` is an evaluated ItemBatcher: MaxItemsPerBatch, MaxInputBytesPerBatch, BatchInput. An
    item that is too large for any batch has one of its own.
    """
    common = {"BatchInput": batcher["BatchInput"]} if "BatchInput" in batcher else {}
    most_items = int(batcher.get("MaxItemsPerBatch") or len(items))
    most_bytes = int(batcher.get("MaxInputBytesPerBatch") or _MOST_BYTES)
    empty = _bytes({**common, "Items": []})
    batches: list[list[Any]] = []
    size = 0
    for item in items:
        grown = size + _bytes(item) + 1
        if not batches or len(batches[-1]) >= most_items or grown > most_bytes:
            batches.append([])
            grown = empty + _bytes(item)
        batches[-1].append(item)
        size = grown
    return [{**common, "Items": batch} for batch in batches]


def _bytes(value: object) -> int:
    return len(json.dumps(value, separators=(",", ":")).encode())


@dataclass(frozen=True)
class Tolerance:
    """How many of `total` items may fail: a number, a percentage, or the less of both."""

    count: int
    percentage: float
    total: int

    def is_exceeded(self, failed: int) -> bool:
        """Whether so many failures end the map. Without a limit the first one does."""
        if not self.count and not self.percentage:
            return failed > 0
        return bool(
            (self.count and failed > self.count)
            or (self.percentage and failed * 100 > self.percentage * self.total)
        )
