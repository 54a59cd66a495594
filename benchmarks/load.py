"""Calls a URL as fast as it answers, and says how fast that was."""

import asyncio
import statistics
import time
from dataclasses import dataclass

import aiohttp

_WARM_UP = 50


@dataclass(frozen=True)
class Figures:
    """Latencies in milliseconds of one run with `clients` clients."""

    clients: int
    p50: float
    p99: float
    per_second: float
    failed: int


async def measure(url: str, clients: int, seconds: float) -> Figures:
    """Each client calls again as soon as it has its answer; anything but 200 is a failure."""
    latencies: list[float] = []
    failed = 0
    until = time.perf_counter() + seconds

    async def call(session: aiohttp.ClientSession) -> None:
        nonlocal failed
        while time.perf_counter() < until:
            started = time.perf_counter()
            async with session.get(url) as response:
                await response.read()
                failed += response.status != 200
            latencies.append((time.perf_counter() - started) * 1000)

    async with aiohttp.ClientSession() as session:
        for _ in range(_WARM_UP):
            async with session.get(url) as response:
                await response.read()
        started = time.perf_counter()
        until = started + seconds
        await asyncio.gather(*(call(session) for _ in range(clients)))
        elapsed = time.perf_counter() - started
    percentiles = statistics.quantiles(latencies, n=100)
    rate = len(latencies) / elapsed
    return Figures(clients, statistics.median(latencies), percentiles[98], rate, failed)
