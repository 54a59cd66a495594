"""Speed of the HTTP gateway over a function, and of whatever else serves the same function.

    python -m benchmarks.local_http [--url "sam local=http://127.0.0.1:3000"] ... [--path /items/7]

Measures the embedded gateway and runtime in a process of their own: start to first answer, then
latency and throughput with 1 and 8 clients, and the memory of the stack and its workers. Each
--url adds a server that already runs (sam local start-api, ministack) with the same template,
samulator/tests/other_app. Exit status 1 if a request fails or the embedded median is
over 5 ms.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import psutil

from benchmarks.load import Figures, measure
from samulator.functions.packages import Packages
from samulator.functions.worker_host import WorkerHost
from samulator.http.doors import DoorOptions, open_first
from samulator.http.issuer.token import Tokens
from samulator.http.server.server import bound_port, serve
from samulator.issuer_keys import IssuerKeys
from samulator.template.load import load_application

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "samulator/tests/other_app/template.yaml"
TARGET_P50_MS = 5.0


async def serve_embedded() -> None:
    """Serve until killed; the first line on standard output is the address."""
    application = load_application(TEMPLATE)
    packages = Packages(
        application,
        state=ROOT / ".samulator" / "tests",
    )
    functions = WorkerHost(application, packages)
    await functions.start()
    tokens = Tokens(IssuerKeys(ROOT / ".samulator" / "tests"), "http://localhost")
    options = DoorOptions(tokens, tokens_optional=True)
    runner = await serve(open_first(application, functions, options), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{bound_port(runner)}", flush=True)
    await asyncio.Event().wait()


async def first_answer(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200, await response.text()


def run(name: str, url: str, seconds: float) -> list[Figures]:
    figures = [asyncio.run(measure(url, clients, seconds)) for clients in (1, 8)]
    for each in figures:
        print(
            f"{name:<12} {each.clients} clients  p50 {each.p50:6.2f} ms  p99 {each.p99:6.2f} ms"
            f"  {each.per_second:6.0f} requests/s  {each.failed} failed"
        )
    return figures


def run_embedded(path: str, seconds: float) -> list[Figures]:
    started = time.perf_counter()
    stack = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.local_http", "--serve"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert stack.stdout is not None
        url = stack.stdout.readline().strip() + path
        asyncio.run(first_answer(url))
        print(f"{'embedded':<12} {time.perf_counter() - started:.2f} s from start to first answer")
        figures = run("embedded", url, seconds)
        family = [psutil.Process(stack.pid), *psutil.Process(stack.pid).children(recursive=True)]
        memory = sum(process.memory_info().rss for process in family) / 2**20
        print(f"{'embedded':<12} {memory:.0f} MiB in {len(family)} processes")
        return figures
    finally:
        stack.terminate()
        stack.communicate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", action="append", default=[], metavar="NAME=URL")
    parser.add_argument("--path", default="/items/7")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve_embedded())
        return
    embedded = run_embedded(arguments.path, arguments.seconds)
    others = [
        figures
        for name, _, url in (text.partition("=") for text in arguments.url)
        for figures in run(name, url + arguments.path, arguments.seconds)
    ]
    failed = sum(figures.failed for figures in [*embedded, *others])
    sys.exit(bool(failed or embedded[0].p50 > TARGET_P50_MS))


if __name__ == "__main__":
    main()
