"""Counts what `samulator check --json` says of a folder of templates."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from foreign_apps.templates import calls_elsewhere, missing_code, templates
from samulator.template.load import load_application

# How many of the causes are shown.
_SHOWN = 40
_CODE = ("functions", "routes", "triggers")


@dataclass
class Count:
    """What became of the templates, and why of some not everything runs."""

    templates: int = 0
    loaded: int = 0
    complete: int = 0
    firing: int = 0
    explained: int = 0
    here: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def blame(self, cause: str, example: str) -> None:
        """One template is less than whole for this reason."""
        self.causes[cause] += 1
        self.examples.setdefault(cause, example)


def count(folder: Path, listed: Path | None = None) -> str:
    """Returns the numbers and the ranked causes as Markdown."""
    counted = Count()
    folder = folder.resolve()
    # Nothing is written into other people's folders.
    with tempfile.TemporaryDirectory() as state, patch.dict(os.environ, LOCAL_STATE=state):
        for file in templates(folder, listed):
            counted.templates += 1
            _look_at(file, str(file.relative_to(folder)), counted)
    return _report(counted)


def _look_at(file: Path, name: str, counted: Count) -> None:
    status, output, said = _check(file)
    if status != 0:
        cause = "crashes" if "Traceback" in said else "does not load"
        counted.blame(f"{cause}: {_kind_of(said)}", f"{name}: {said}")
        return
    counted.loaded += 1
    if missing := missing_code(load_application(file)):
        counted.blame("its code is not in the repository", f"{name}: {missing[0]}")
        return
    counted.complete += 1
    idle = [row for row in output["effects"] if not row["works"]]
    code = [row for row in idle if row["section"] in _CODE]
    counted.firing += not code
    counted.explained += all(row["does"] for row in code)
    elsewhere = calls_elsewhere(file.parent)
    counted.here += not code and not elsewhere
    for cause in {f"{row['section']}: {_kind_of(row['does'])}" for row in code}:
        counted.blame(cause, name)
    kinds = {"::".join(row["type"].split("::")[:2]) for row in idle if row not in code}
    for kind in kinds:
        counted.blame(f"resources of {kind}", name)
    for service in elsewhere:
        counted.blame(f"code calls {service}", name)


def _check(file: Path) -> tuple[int, dict[str, Any], str]:
    """The exit status of `samulator check --json -t file`, what it wrote, and what it said."""
    command = [sys.executable, "-m", "samulator", "check", "--json", "-t", file.name]
    # A process each: a check changes AWS's services of its own.
    ended = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)
    output = json.loads(ended.stdout) if ended.returncode == 0 else {}
    return ended.returncode, output, ended.stderr.strip()


def _kind_of(text: str) -> str:
    """The sentence without what is this template's own."""
    text = re.sub(r"\([^()]*\)|arn:[^ ]+|/[^ ]+/", "…", text)
    return re.sub(r"^(\S+: )+", "", text.replace("\n", " ")).strip()[:110]


def _report(counted: Count) -> str:
    complete = max(counted.complete, 1)
    lines = [
        "| | templates | |",
        "|---|---:|---:|",
        f"| found | {counted.templates} | |",
        f"| load | {counted.loaded} | {counted.loaded / max(counted.templates, 1):.1%} of these |",
        f"| of which with complete code | {counted.complete} | |",
        *(
            f"| {what} | {number} | {number / complete:.1%} of those |"
            for what, number in (
                ("every function, route and trigger works or is explained", counted.explained),
                ("every function, route and trigger works", counted.firing),
                ("and the code calls only services that answer here", counted.here),
            )
        ),
        "",
        "| templates | what does not run | for example |",
        "|---:|---|---|",
    ]
    lines += [
        f"| {times} | {_cell(cause)} | {_cell(counted.examples[cause])} |"
        for cause, times in counted.causes.most_common(_SHOWN)
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")[:160]
