"""Ten minutes of mixed load on the embedded runtime while workers are killed and code reloads.

    python -m benchmarks.local_soak [--seconds 600]

Eight clients call the second application of tests/integration/local through the gateway. In
between, workers are killed (SIGKILL), requests time out and files are saved. Exit status 1 if a
request got no answer, a healthy function answered 5xx, a process was left or memory grew by more
than 10 %.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil

from samulator.functions.packages import Packages
from samulator.functions.reload import ReloadListener, watch
from samulator.functions.worker_host import WorkerHost
from samulator.http.doors import DoorOptions, open_first
from samulator.http.issuer.token import Tokens
from samulator.http.server.server import bound_port, serve
from samulator.issuer_keys import IssuerKeys
from samulator.template.load import load_application

ROOT = Path(__file__).parents[1]
OTHER_APP = ROOT / "samulator/tests/other_app"
CLIENTS = 8
DYING_SECONDS = 0.1
# Answers that a killed or hanging function is entitled to.
FAULTY = ("/misbehave/hang", "/misbehave/exit_at_once", "/misbehave/exception", "/crashing")
HEALTHY = ("/items/7?x=1", "/echo", "/files/a/b", "/misbehave/well")


@dataclass
class Tally:
    """What happened; `memory` holds the stack's RSS in bytes, sampled after a warm-up."""

    answers: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    kills: int = 0
    last_kill: float = 0.0
    reloads: int = 0


async def client(session: aiohttp.ClientSession, url: str, tally: Tally, until: float) -> None:
    while time.monotonic() < until:
        path = random.choice(FAULTY if random.random() < 0.02 else HEALTHY)
        started = time.monotonic()
        try:
            async with session.get(url + path) as response:
                await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            tally.unexpected.append(f"{path}: {error!r}")
            continue
        tally.answers[f"{'faulty' if path in FAULTY else 'healthy'} {status}"] += 1
        # The request that a killed worker was serving is lost with it, as on AWS; so is one
        # handed to it before the system got round to ending it.
        is_lost_with_worker = started < tally.last_kill + DYING_SECONDS
        if path in HEALTHY and status != 200 and not is_lost_with_worker:
            tally.unexpected.append(f"{path}: {status}")


async def disturb(folder: Path, tally: Tally, until: float) -> None:
    while time.monotonic() < until:
        await asyncio.sleep(random.uniform(0.5, 1.5))
        if random.random() < 0.5:
            workers = [
                process
                for process in psutil.Process().children()
                if "bootstrap.py" in " ".join(process.cmdline())
            ]
            if workers:
                tally.kills += 1
                tally.last_kill = time.monotonic()
                os.kill(random.choice(workers).pid, signal.SIGKILL)
                await asyncio.sleep(0.2)
        else:
            (folder / "web/web.py").touch()


async def sample_memory(tally: Tally, seconds: float) -> None:
    await asyncio.sleep(seconds * 0.2)
    while True:
        tally.memory.append(psutil.Process().memory_info().rss)
        await asyncio.sleep(max(seconds / 50, 0.5))


async def soak(seconds: float) -> Tally:
    tally = Tally()
    folder = Path(tempfile.mkdtemp()) / "app"
    shutil.copytree(OTHER_APP, folder)
    application = load_application(folder / "template.yaml")
    packages = Packages(
        application,
        state=ROOT / ".samulator" / "tests",
    )
    functions = WorkerHost(application, packages)
    await functions.start()
    tokens = Tokens(IssuerKeys(ROOT / ".samulator" / "tests"), "http://localhost")
    options = DoorOptions(tokens, tokens_optional=True)
    runner = await serve(open_first(application, functions, options), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound_port(runner)}"

    def count_reload(_function: str, _what: str) -> None:
        tally.reloads += 1

    listener = ReloadListener(count_reload, tally.unexpected.append)
    background = [
        asyncio.create_task(watch(application, functions, packages, listener)),
        asyncio.create_task(sample_memory(tally, seconds)),
    ]
    until = time.monotonic() + seconds
    timeout = aiohttp.ClientTimeout(total=35)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        clients = [client(session, url, tally, until) for _ in range(CLIENTS)]
        await asyncio.gather(*clients, disturb(folder, tally, until))
    for task in background:
        task.cancel()
    await runner.cleanup()
    await functions.close()
    shutil.rmtree(folder.parent)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    seconds = parser.parse_args().seconds
    tally = asyncio.run(soak(seconds))
    left = [process.cmdline() for process in psutil.Process().children(recursive=True)]
    third = max(1, len(tally.memory) // 3)
    before, after = (
        sum(part) / len(part) for part in (tally.memory[:third], tally.memory[-third:])
    )
    growth = after / before - 1
    print(f"{sum(tally.answers.values())} answers in {seconds:.0f} s: {dict(tally.answers)}")
    print(f"{tally.kills} workers killed, {tally.reloads} functions reloaded")
    print(f"memory of the stack: {before / 2**20:.1f} to {after / 2**20:.1f} MiB ({growth:+.1%})")
    print(f"processes left: {left or 'none'}")
    print(f"unexpected: {Counter(tally.unexpected) or 'none'}")
    sys.exit(bool(tally.unexpected or left or growth > 0.10))


if __name__ == "__main__":
    main()
