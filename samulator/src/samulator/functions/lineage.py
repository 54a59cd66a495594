"""How often an event has come through a function already, told by the header of traces.

SDKs of functions pass the header on. Amazon S3, SQS and SNS as well as Lambda keep it, and Lambda
stops an event that came through the same function about 16 times:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

import zlib
from urllib.parse import unquote

MOST_TIMES = 16
_LINEAGE = "Lineage="


def times_through(trace: str | None, function: str) -> int:
    """How often `trace` says that its event came through the function (logical id)."""
    return _lineage(trace).get(_hash(function), 0)


def lineage_through(trace: str | None, function: str) -> str:
    """What the header of the function's own calls says while it runs for an event with `trace`."""
    lineage = _lineage(trace)
    name = _hash(function)
    lineage[name] = lineage.get(name, 0) + 1
    return _LINEAGE + "|".join(f"{each}:{count}" for each, count in lineage.items())


def _lineage(trace: str | None) -> dict[str, int]:
    """What is none is passed over: anybody may send the header."""
    for part in unquote(trace or "").split(";"):
        if part.startswith(_LINEAGE):
            pairs = (each.partition(":") for each in part.removeprefix(_LINEAGE).split("|"))
            return {
                name: int(count)
                for name, _, count in pairs
                if count.isascii() and count.isdigit() and len(count) < 9
            }
    return {}


def _hash(function: str) -> str:
    return f"{zlib.crc32(function.encode()):08x}"
