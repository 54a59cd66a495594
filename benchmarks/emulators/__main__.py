"""Emulators side by side, in one run: the same handler behind a REST API and an HTTP API.

    python -m benchmarks.emulators [--only samulator ...] [--seconds 5]

Measures start to first answer, latency and throughput with 1 and 8 clients, and memory. ministack
comes from `make .venv-ministack/ministack.stamp`, sam local needs Docker; what is missing is named
and left out. Exit status 1 if a request of samulator fails or another is better in a column.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import aiohttp

from benchmarks.emulators.systems import PATHS, SYSTEMS, Missing, Running
from benchmarks.load import Figures, measure

_PATIENCE_SECONDS = 120.0
_COLUMNS = (
    "first answer s",
    "p50 ms",
    "p99 ms",
    "req/s",
    "p50 ms x8",
    "p99 ms x8",
    "req/s x8",
    "MiB",
)


@dataclass(frozen=True)
class Row:
    """One door of one system; `first_answer` in seconds, `memory` in MiB of the whole system."""

    system: str
    door: str
    first_answer: float
    alone: Figures
    together: Figures
    memory: float

    @property
    def values(self) -> tuple[float, ...]:
        """In the order of the columns."""
        runs = (
            value
            for run in (self.alone, self.together)
            for value in (run.p50, run.p99, run.per_second)
        )
        return (self.first_answer, *runs, self.memory)


async def first_answer(url: str) -> None:
    """Returns with the first 200."""
    until = time.monotonic() + _PATIENCE_SECONDS
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as response:
                    text = await response.text()
                    if response.status == 200:
                        return
            except aiohttp.ClientError as error:
                text = str(error)
            if time.monotonic() > until:
                raise TimeoutError(f"{url}: {text}")
            await asyncio.sleep(0.01)


def rows(
    name: str, start: Callable[[], AbstractContextManager[Running]], seconds: float
) -> list[Row]:
    begun = time.perf_counter()
    found = []
    with start() as running:
        for door, url in running.urls.items():
            asyncio.run(first_answer(url))
            waited = time.perf_counter() - begun
            alone = asyncio.run(measure(url, 1, seconds))
            together = asyncio.run(measure(url, 8, seconds))
            found.append(Row(name, door, waited, alone, together, running.memory()))
            # The second door of a system that runs says nothing about its start.
            begun = time.perf_counter() - waited
    return found


def show(found: list[Row]) -> None:
    print(f"| {'system':<10} | door | {' | '.join(_COLUMNS)} | failed |")
    print(f"|{'---|' * (len(_COLUMNS) + 3)}")
    for row in found:
        cells = " | ".join(f"{value:.{2 if value < 100 else 0}f}" for value in row.values)
        failed = row.alone.failed + row.together.failed
        print(f"| {row.system:<10} | {row.door} | {cells} | {failed} |")


def worse(found: list[Row]) -> list[str]:
    """Columns in which another system is better than samulator at the same door."""
    more_is_better = {column for column in _COLUMNS if column.startswith("req/s")}
    lost = []
    for door in PATHS:
        of_door = [row for row in found if row.door == door]
        own = next(row for row in of_door if row.system == "samulator")
        for row in of_door:
            for column, ours, theirs in zip(_COLUMNS, own.values, row.values, strict=True):
                if theirs > ours if column in more_is_better else theirs < ours:
                    lost.append(
                        f"{door}, {column}: {row.system} {theirs:.2f}, samulator {ours:.2f}"
                    )
    return lost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=SYSTEMS)
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    found: list[Row] = []
    for name in arguments.only or SYSTEMS:
        try:
            found += rows(name, SYSTEMS[name], arguments.seconds)
        except Missing as missing:
            print(f"{name} is left out: {missing}")
    show(found)
    own = [row for row in found if row.system == "samulator"]
    failed = sum(row.alone.failed + row.together.failed for row in own)
    lost = worse(found) if own else []
    for line in lost:
        print(line)
    sys.exit(bool(failed or lost))


if __name__ == "__main__":
    main()
