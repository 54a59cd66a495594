"""`python -m benchmarks.etl [rows]`: CPU seconds, wall seconds and peak memory of each engine."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.etl.data import write_file

ENGINES = ("ours", "polars_streaming", "duckdb_sql", "plain_pandas")
ROOT = Path(__file__).parents[2]


@dataclass
class Cost:
    """Of one whole process, imports included; from bytecode, as installed programs start."""

    cpu_seconds: float
    wall_seconds: float
    peak_mib: float
    rows_out: str


def main(arguments: list[str]) -> None:
    rows = int(arguments[0]) if arguments else 1_000_000
    engines = arguments[1:] or ENGINES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, few = folder / "raw.csv", folder / "few.csv"
        write_file(path, rows)
        write_file(few, 1000)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB\n")
        print(f"{'engine':<18}{'CPU s':>8}{'wall s':>8}{'MiB':>7}  rows out")
        for engine in engines:
            # The first run only leaves its bytecode behind.
            measure(engine, few, folder / f"{engine}_few")
            cost = measure(engine, path, folder / engine)
            print(
                f"{engine:<18}{cost.cpu_seconds:>8.1f}{cost.wall_seconds:>8.1f}"
                f"{cost.peak_mib:>7.0f}  {cost.rows_out}"
            )


def measure(engine: str, path: Path, folder: Path) -> Cost:
    folder.mkdir()
    command = [sys.executable, "-m", f"benchmarks.etl.engines.{engine}", str(path), str(folder)]
    started = time.monotonic()
    process = subprocess.Popen(
        command, env=_environment(folder.parent), stdout=subprocess.PIPE, text=True
    )
    output = process.stdout.read() if process.stdout else ""
    # wait4 gives the usage of this child alone.
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{engine} failed")
    lines = [line for line in output.splitlines() if "rows out" in line] or [output.strip()]
    return Cost(
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        wall_seconds=time.monotonic() - started,
        peak_mib=usage.ru_maxrss / 1024,
        rows_out=lines[0].split()[0],
    )


def _environment(folder: Path) -> dict[str, str]:
    search = os.pathsep.join([str(ROOT), str(ROOT / "functions" / "etl")])
    environment = os.environ | {
        "PYTHONPATH": search,
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


if __name__ == "__main__":
    main(sys.argv[1:])
