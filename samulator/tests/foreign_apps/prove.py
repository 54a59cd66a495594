"""Starts the applications one after the other and writes down what each did."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from foreign_apps.actions import ACTIONS
from foreign_apps.application import ForeignApp
from foreign_apps.running import Running, running
from foreign_apps.sights import must_see


@dataclass
class Proof:
    """One application: what was done and seen, and what went wrong if anything did."""

    app: ForeignApp
    done: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    failed: str = ""
    up_seconds: float = 0.0
    seconds: float = 0.0


def prove(app: ForeignApp, clones: Path, kept: Path | None) -> Proof:
    """One application from `samulator up` to Ctrl-C; what fails is in the proof."""
    proof = Proof(app)
    started = time.monotonic()
    try:
        with running(app, clones, kept) as stack:
            proof.up_seconds = time.monotonic() - started
            for _ in _steps(app, stack, proof):
                pass
    except Exception as error:  # noqa: BLE001 whatever it is, the others have their turn
        proof.failed = f"{type(error).__name__}: {error}"
    proof.seconds = time.monotonic() - started
    return proof


def _steps(app: ForeignApp, stack: Running, proof: Proof) -> Iterator[None]:
    for step in app.steps:
        proof.done.append(step.what)
        outcome = ACTIONS[step.action](stack, step.arguments)
        for sight in step.sees:
            proof.seen.append(must_see(stack, sight, outcome))
        yield


def table(proofs: list[Proof]) -> str:
    """A Markdown table, a row for each application."""
    rows = [
        "| application | kinds | what was done | what was seen | up (s) | all (s) |",
        "|---|---|---|---|---:|---:|",
    ]
    for proof in proofs:
        seen = "; ".join(f"`{text}`" for text in proof.seen)
        result = f"**FAILED** {proof.failed}; {seen}" if proof.failed else seen
        cells = (
            f"{proof.app.folder.as_posix().replace('+', '/', 1)}",
            ", ".join(proof.app.kinds),
            "; ".join(proof.done),
            result,
            f"{proof.up_seconds:.1f}",
            f"{proof.seconds:.1f}",
        )
        rows.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
