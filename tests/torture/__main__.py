"""Breaks the data services under the API and holds it to its promises: `make torture`."""

import argparse
import random
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from testkit import surroundings
from tests.torture.cells import HEALTHY_CALLS, TRIES, Cell, measure_matrix
from tests.torture.faults import Fault, all_faults
from tests.torture.page import Run, page, row, table
from tests.torture.stage import Stage, open_stage

PAGE = Path("docs/reliability.md")


def main() -> int:
    """Exit code 1 where a promise was broken."""
    arguments = _parse_arguments()
    surroundings.apply()
    faults = [fault for fault in all_faults() if _is_wanted(fault, arguments.only)]
    chance = random.Random(arguments.seed)
    chance.shuffle(faults)
    terminal = sys.stdout
    print(f"torture: seed {arguments.seed}, {len(faults)} cells", flush=True)
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        log = Path(folder) / "functions.log"
        # The functions log to standard output, as on Lambda.
        with log.open("w") as lines, redirect_stdout(lines), open_stage(Path(folder)) as stage:
            cells = _run_matrix(stage, faults, chance, terminal)
            run = _describe(arguments, stage)
    print("\n" + table(cells))
    if not arguments.only:
        PAGE.write_text(page(run, cells))
    violations = sum(len(cell.violations) for cell in cells)
    print(f"\n{len(cells)} cells, {violations} violations, seed {arguments.seed}")
    return 1 if violations else 0


def _run_matrix(
    stage: Stage, faults: list[Fault], chance: random.Random, terminal: TextIO
) -> list[Cell]:
    """In the order in which they are listed, though they are made in one that the seed draws."""
    cells = []
    for cell in measure_matrix(stage, faults, chance):
        print(row(cell), file=terminal, flush=True)
        cells.append(cell)
    places = [(fault.store, fault.name) for fault in all_faults()]
    return sorted(cells, key=lambda cell: places.index((cell.fault.store, cell.fault.name)))


def _is_wanted(fault: Fault, only: str) -> bool:
    return only in f"{fault.store}: {fault.name}"


def _describe(arguments: argparse.Namespace, stage: Stage) -> Run:
    git = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    return Run(
        minutes=arguments.minutes,
        seed=arguments.seed,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        commit=git.stdout.strip() or "unknown",
        versions=stage.versions(),
        healthy=HEALTHY_CALLS,
        tries=TRIES,
    )


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 2**31))
    parser.add_argument("--only", default="", help="cells that have this in their name; no page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
