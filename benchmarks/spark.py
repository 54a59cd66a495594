"""`python -m benchmarks.spark [rows]`: the Spark job beside the single process, on one file.

Each is a session of processes (driver, Java and workers), of which all are counted.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.etl.data import write_file

ROOT = Path(__file__).parents[1]
_TICK = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS = 0.5


@dataclass
class Usage:
    """What the processes of one session have taken so far."""

    ticks: dict[int, int] = field(default_factory=dict)
    peak_mib: float = 0.0

    def sample(self, session: int) -> None:
        memory = 0
        for process in Path("/proc").glob("[0-9]*"):
            try:
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == session:
                    self.ticks[int(process.name)] = int(fields[11]) + int(fields[12])
                    memory += _proportional_kib(process)
            except OSError:
                continue  # It has ended.
        self.peak_mib = max(self.peak_mib, memory / 1024)

    @property
    def cpu_seconds(self) -> float:
        return sum(self.ticks.values()) / _TICK


def _proportional_kib(process: Path) -> int:
    """Memory, with what processes share counted once."""
    for line in (process / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def main(arguments: list[str]) -> None:
    rows = int(arguments[0]) if arguments else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "raw.csv"
        write_file(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB\n")
        print(f"{'engine':<10}{'CPU s':>8}{'wall s':>8}{'MiB':>7}  CSV")
        job = str(ROOT / "jobs" / "spark" / "entry.py")
        for engine, command in {
            "one": ["-m", "etl", str(path), str(folder / "one")],
            "spark": [job, "--file", str(path), "--out", str(folder / "spark")],
        }.items():
            started = time.monotonic()
            usage = measure(command)
            print(
                f"{engine:<10}{usage.cpu_seconds:>8.1f}{time.monotonic() - started:>8.1f}"
                f"{usage.peak_mib:>7.0f}  {_digest(folder / engine)}",
                flush=True,
            )


def measure(command: list[str]) -> Usage:
    usage = Usage()
    process = subprocess.Popen(
        [sys.executable, *command],
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'functions' / 'etl'}"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None:
        usage.sample(process.pid)
        time.sleep(_SAMPLE_SECONDS)
    if process.returncode not in (0, 3):
        raise SystemExit(f"{command} failed")
    return usage


def _digest(results: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted([*results.glob("parts/part-?????.csv"), *results.glob("processed*.csv")]):
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    main(sys.argv[1:])
