"""Breaks the data services under the API and holds it to its promises: `make torture`."""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from testkit import surroundings
from tests.torture.cells import HEALTHY_CALLS, TRIES, Cell, measure_matrix
from tests.torture.clients import STALE_SECONDS, Played, play
from tests.torture.faults import Fault, all_faults
from tests.torture.history import violations
from tests.torture.page import Run, page, row
from tests.torture.stage import Stage, open_stage

PAGE = Path("docs/reliability.md")
# Where the histories of failed runs are.
KEPT = Path(".samulator")
# For the clients, however long the matrix took.
LEAST_SECONDS = 30.0


def main() -> int:
    """Exit code 1 where a promise was broken."""
    arguments = _parse_arguments()
    surroundings.apply()
    commit = _commit()
    deadline = time.monotonic() + 60 * arguments.minutes
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
            wrong = sum(len(cell.violations) for cell in cells)
            if arguments.only:
                print(f"{len(cells)} cells, {wrong} violations", file=terminal)
                return 1 if wrong else 0
            print("clients:", file=terminal, flush=True)
            seconds = max(deadline - time.monotonic(), LEAST_SECONDS)
            played = play(stage, seconds, arguments.seed)
            run = _describe(arguments, commit, stage)
    broken = violations(played.history, stale_seconds=STALE_SECONDS)
    text = page(run, cells, played, broken)
    PAGE.write_text(text)
    print(text)
    if broken:
        print(f"The history is kept in {_keep(played, arguments.seed)}.")
    return 1 if wrong or broken else 0


def _keep(played: Played, seed: int) -> Path:
    """A line of JSON for each call, then the faults and what was there in the end."""
    file = KEPT / f"torture-{seed}.jsonl"
    file.parent.mkdir(exist_ok=True)
    end = {name: vars(played)[name] for name in ("faults", "converged_seconds")}
    end |= {
        name: [asdict(row) for row in rows.values()]
        for name, rows in (("users", played.history.users), ("found", played.history.found))
    }
    lines = [*(asdict(event) for event in played.history.events), end]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


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


def _commit() -> str:
    """What is checked out now; it may be another when the run ends."""
    git = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    return git.stdout.strip() or "unknown"


def _describe(arguments: argparse.Namespace, commit: str, stage: Stage) -> Run:
    return Run(
        minutes=arguments.minutes,
        seed=arguments.seed,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        commit=commit,
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
