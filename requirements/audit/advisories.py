"""Known vulnerabilities of locked versions, as pip-audit finds them."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from requirements.audit.locks import Unanswered

# A version with advisories of its own: a service that knows nothing about it knows nothing.
_KNOWN_VULNERABLE = "jinja2==2.10"


def vulnerabilities(locks: Iterable[Path]) -> set[str]:
    """One line per package, version and advisory. Raises Unanswered."""
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder, "probe.txt")
        probe.write_text(f"{_KNOWN_VULNERABLE}\n")
        if not _advisories([probe]):
            raise Unanswered(f"it has no advisory for {_KNOWN_VULNERABLE}, which has several")
    return _advisories(locks)


def _advisories(locks: Iterable[Path]) -> set[str]:
    dependencies = [one for lock in locks for one in _asked(lock)]
    skipped = sorted({one["skip_reason"] for one in dependencies if "skip_reason" in one})
    findings = {
        f"{one['name']} {one['version']}: {found['id']} {_fixed(found)}"
        for one in dependencies
        for found in one.get("vulns", [])
    }
    if skipped and not findings:
        raise Unanswered(f"{skipped[0]} ({len(skipped)} such)")
    return findings | set(skipped)


def _asked(lock: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"]
    command += ["--disable-pip", "--no-deps", f"--requirement={lock}"]
    done = subprocess.run(  # noqa: S603 # nosec B603 # arguments of our own making
        command, capture_output=True, text=True
    )
    try:
        dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except json.JSONDecodeError as error:
        raise Unanswered(_last_line(done.stderr)) from error
    return dependencies


def _fixed(found: dict[str, Any]) -> str:
    return f"(fixed in {', '.join(found['fix_versions']) or 'no version'})"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["pip-audit said nothing"])[-1]
