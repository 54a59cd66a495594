"""`python -m benchmarks.memory_size [rows] [rounds]`: what each MemorySize of the ETL would buy.

Lambda gives a processor for each 1,769 MB. `python -m etl` runs on one, two and three processors of
this machine, as far as there are so many, and its times become seconds and dollars for each GB of a
file. Beside its threads stand processes, each with its part of the file, and what a pipe takes to
bring them the text and to bring as much back: more than processes can reach, as nobody compares the
parts for rule 3. The least of several rounds counts. Only the figures of an idle machine are worth
a decision.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.etl.data import write_file

ROOT = Path(__file__).parents[1]
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MB_OF_A_PROCESSOR = 1769
# MB, and how many threads a function with so many runs: it sees whole processors.
SIZES = ((1769, 1), (3008, 2), (3538, 2), (5307, 3))
# https://aws.amazon.com/lambda/pricing/, us-east-1, a GB of memory for a second, first tier; the
# price of /tmp, about a hundredth more, is left out.
DOLLARS = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
_PIECE = 1 << 20


@dataclass(frozen=True)
class Times:
    """Of one run, in seconds for a GB of the file."""

    wall: float
    cpu: float

    def on(self, processors: float) -> float:
        """On a share of processors the work takes as long as it can be paid for."""
        return max(self.wall, self.cpu / processors)


def main(arguments: list[str]) -> None:
    rows = int(arguments[0]) if arguments else 5_000_000
    rounds = int(arguments[1]) if len(arguments) > 1 else 3
    available = sorted(os.sched_getaffinity(0))
    counts = [count for count in (1, 2, 3) if count <= len(available)]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "raw.csv"
        write_file(path, rows)
        print(
            f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, {len(available)} processors, load "
            f"{load:.1f}{'' if load < 0.5 else ': not idle, only ratios tell'}; least of {rounds}\n"
        )
        threads = {
            count: _least(rounds, lambda at=count: _run([path], [available[:at]], folder))
            for count in counts
        }
        _print_sizes(threads)
        _print_processes(threads, path, folder, available, rounds)


def _print_sizes(threads: dict[int, Times]) -> None:
    titles = "".join(f"{f'$/GB {name}':>14}" for name in DOLLARS)
    print(
        f"{'MemorySize':>10}{'processors':>12}{'threads':>9}{'s/GB':>8}{titles}{'GB/$ arm64':>12}"
    )
    for size, count in SIZES:
        processors = size / MB_OF_A_PROCESSOR
        if count not in threads:
            print(f"{size:>10}{processors:>12.2f}{count:>9}  needs {count} processors here")
            continue
        seconds = threads[count].on(processors)
        dollars = [seconds * size / 1024 * price for price in DOLLARS.values()]
        prices = "".join(f"{price:>14.5f}" for price in dollars)
        print(
            f"{size:>10}{processors:>12.2f}{count:>9}{seconds:>8.1f}{prices}{1 / dollars[0]:>12.0f}"
        )


def _print_processes(
    threads: dict[int, Times], path: Path, folder: Path, available: Sequence[int], rounds: int
) -> None:
    pipe = min(_pipe_seconds() for _ in range(rounds))
    print(f"\na pipe takes {pipe:.2f} s for a GB, one way\n")
    print(f"{'at once':>10}{'threads s/GB':>14}{'processes':>11}{'and pipes':>11}{'CPU s/GB':>10}")
    for count, times in threads.items():
        parts = _parts(path, folder, count)
        places = [[processor] for processor in available[:count]]
        apart = _least(rounds, lambda parts=parts, places=places: _run(parts, places, folder))
        piped = apart.wall + (2 * pipe if count > 1 else 0)
        print(f"{count:>10}{times.wall:>14.1f}{apart.wall:>11.1f}{piped:>11.1f}{times.cpu:>10.1f}")


def _least(rounds: int, run: Callable[[], Times]) -> Times:
    return min((run() for _ in range(rounds)), key=lambda times: times.wall)


def _run(paths: Sequence[Path], places: Sequence[Sequence[int]], folder: Path) -> Times:
    """Clean files at the same time, each on processors of its own."""
    gigabytes = sum(path.stat().st_size for path in paths) / 1e9
    ours = os.sched_getaffinity(0)
    before, started = os.times(), time.monotonic()
    running = []
    for path, processors in zip(paths, places, strict=True):
        os.sched_setaffinity(0, processors)  # what is started from here inherits it
        command = [sys.executable, "-m", "etl", str(path), str(folder / f"{path.stem}-out")]
        running.append(
            subprocess.Popen(
                command,
                env=_environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    os.sched_setaffinity(0, ours)
    for process in running:
        told = process.communicate()[1]
        # 3: cleaned, with a warning.
        if process.returncode not in (0, 3):
            raise SystemExit(told)
    after = os.times()
    spent = after.children_user + after.children_system
    cpu = spent - before.children_user - before.children_system
    return Times((time.monotonic() - started) / gigabytes, cpu / gigabytes)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions/etl")])}


def _parts(path: Path, folder: Path, count: int) -> list[Path]:
    """The file in so many files of whole lines, each with the header; no field has a line end."""
    with path.open("rb") as file:
        header = file.readline()
        parts = []
        for number in range(count):
            part = folder / f"part-{count}-{number}.csv"
            end = path.stat().st_size * (number + 1) // count
            with part.open("wb") as out:
                out.write(header)
                while (left := end - file.tell()) > 0:
                    out.write(file.read(min(left, _PIECE)))
                out.write(file.readline())
            parts.append(part)
    return parts


def _pipe_seconds(pieces: int = 256) -> float:
    """For a GB from one process to another."""
    ours, theirs = Pipe()
    reader = Process(target=_read, args=(theirs, pieces))
    reader.start()
    ours.recv_bytes()  # the reader is there
    piece = os.urandom(_PIECE)
    started = time.monotonic()
    for _ in range(pieces):
        ours.send_bytes(piece)
    ours.recv_bytes()
    seconds = time.monotonic() - started
    reader.join()
    return seconds / (pieces * _PIECE / 1e9)


def _read(pipe: Connection, pieces: int) -> None:
    pipe.send_bytes(b"ready")
    for _ in range(pieces):
        pipe.recv_bytes()
    pipe.send_bytes(b"done")


if __name__ == "__main__":
    main(sys.argv[1:])
