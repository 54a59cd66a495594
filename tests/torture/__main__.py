"""Breaks the data services under the API and holds it to its promises: `make torture`."""

import argparse
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from testkit import surroundings
from tests.torture.cells import HEALTHY_CALLS, TRIES, Cell, measure_matrix
from tests.torture.clients import STALE_SECONDS, Played, play
from tests.torture.faults import Fault, all_faults
from tests.torture.findings import Finding
from tests.torture.history import violations
from tests.torture.page import Run, page, row, scenario_row
from tests.torture.scenarios import LONG, SHORT, WHOLE, Extent, run_scenarios
from tests.torture.stage import Stage, open_stage

PAGE = Path("docs/reliability.md")
# Where the histories of failed runs are.
KEPT = Path(".samulator")
# For the matrix and for the clients, however long what was before them took.
LEAST_SECONDS = 30.0
# With less, the matrix begins no cell after half of the time, and there is no page.
WHOLE_MINUTES = 10.0
LONG_MINUTES = 30.0


@dataclass(frozen=True)
class _Measured:
    """Everything of one run; without clients where only some cells were asked for."""

    cells: Sequence[Cell]
    findings: Sequence[Finding]
    played: Played | None
    run: Run

    @property
    def wrong(self) -> int:
        """How many promises of cells and scenarios were broken."""
        return sum(len(cell.violations) for cell in self.cells) + sum(
            len(finding.wrong) for finding in self.findings
        )


def main() -> int:
    """Exit code 1 where a promise was broken."""
    arguments = _parse_arguments()
    surroundings.apply()
    print(f"torture: seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        log = Path(folder) / "functions.log"
        terminal = sys.stdout
        # The functions log to standard output, as on Lambda.
        with log.open("w") as lines, redirect_stdout(lines), open_stage(Path(folder)) as stage:
            measured = _measure(stage, Path(folder), arguments, terminal)
    if measured.played is None:
        print(f"{measured.wrong} violations")
        return 1 if measured.wrong else 0
    broken = violations(measured.played.history, stale_seconds=STALE_SECONDS)
    text = page(measured.run, measured.cells, measured.findings, measured.played, broken)
    if measured.run.is_whole:
        PAGE.write_text(text)
    print(text)
    if broken:
        print(f"The history is kept in {_keep(measured.played, arguments.seed)}.")
    return 1 if measured.wrong or broken else 0


def _measure(
    stage: Stage, folder: Path, arguments: argparse.Namespace, terminal: TextIO
) -> _Measured:
    """Scenarios, matrix, clients; the last have what is left of the time."""
    started = time.monotonic()
    seconds = 60 * arguments.minutes
    is_partial = bool(arguments.only or arguments.scenarios)
    findings = [] if arguments.only else _run_scenarios(stage, folder, arguments, terminal)
    faults = [] if arguments.scenarios else _drawn(arguments)
    is_short = arguments.minutes < WHOLE_MINUTES and not arguments.only
    half, least = started + seconds / 2, time.monotonic() + LEAST_SECONDS
    until = max(half, least) if is_short else math.inf
    cells = _run_matrix(stage, faults, arguments, terminal, until=until)
    played = None
    if not is_partial:
        print("clients:", file=terminal, flush=True)
        left = seconds - (time.monotonic() - started)
        played = play(stage, max(left, LEAST_SECONDS), arguments.seed)
    return _Measured(cells, findings, played, _describe(arguments, stage))


def _drawn(arguments: argparse.Namespace) -> list[Fault]:
    """Those that are wanted, in the order that the seed draws."""
    faults = [fault for fault in all_faults() if _is_wanted(fault, arguments.only)]
    random.Random(arguments.seed).shuffle(faults)
    return faults


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


def _run_scenarios(
    stage: Stage, folder: Path, arguments: argparse.Namespace, terminal: TextIO
) -> list[Finding]:
    findings = []
    for finding in run_scenarios(stage, folder, _extent(arguments.minutes), arguments.seed):
        print(scenario_row(finding), file=terminal, flush=True)
        findings.append(finding)
    return findings


def _extent(minutes: float) -> Extent:
    if minutes < WHOLE_MINUTES:
        return SHORT
    return WHOLE if minutes < LONG_MINUTES else LONG


def _run_matrix(
    stage: Stage,
    faults: list[Fault],
    arguments: argparse.Namespace,
    terminal: TextIO,
    *,
    until: float,
) -> list[Cell]:
    """In the order in which they are listed, though they are made in one that the seed draws.

    None is begun after `until`, of time.monotonic.
    """
    cells = list[Cell]()
    for cell in measure_matrix(stage, faults, random.Random(arguments.seed)):
        cells.append(cell)
        print(f"{len(cells)}/{len(faults)} {row(cell)}", file=terminal, flush=True)
        if time.monotonic() > until:
            break
    places = [(fault.store, fault.name) for fault in all_faults()]
    return sorted(cells, key=lambda cell: places.index((cell.fault.store, cell.fault.name)))


def _is_wanted(fault: Fault, only: str) -> bool:
    return only in f"{fault.store}: {fault.name}"


def _describe(arguments: argparse.Namespace, stage: Stage) -> Run:
    return Run(
        minutes=arguments.minutes,
        seed=arguments.seed,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        versions=stage.versions(),
        total=len(all_faults()),
        is_whole=arguments.minutes >= WHOLE_MINUTES,
        healthy=HEALTHY_CALLS,
        tries=TRIES,
    )


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 2**31))
    parser.add_argument("--scenarios", action="store_true", help="these alone; no page")
    parser.add_argument("--only", default="", help="cells that have this in their name; no page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
