"""What Lambda itself puts beside a function: its runtime client and boto3."""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

from samulator.functions.interpreters import OWN_RUNTIME
from samulator.functions.packages.pip import Wanted, install

RUNTIME_LOCK = Path(__file__).with_name("runtime.txt")
_OLD_LOCKS = {"python3.9": RUNTIME_LOCK.with_name("runtime-3.9.txt")}
_MARKER = re.compile(r" ; [^\\\n]*(?= \\$)", re.MULTILINE)
_OLDEST = re.compile(r">=\s*3\.(\d+)")
_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class RuntimeClient:
    """The distributions of a hash lock; `own` are those that the stack's environment has already.

    Those are taken from there instead of installed, which spares most of the first start: where
    the version is the lock's or newer of the same major, and the files serve the runtime.
    """

    lock: Path
    runtime: str
    own: Mapping[str, Distribution]

    @cached_property
    def key(self) -> str:
        """A hash of the lock and of what is taken."""
        digest = hashlib.sha256(self.lock.read_bytes())
        for name, found in sorted(self.own.items()):
            digest.update(f"\0{name}=={found.version}".encode())
        return digest.hexdigest()

    def build(self, target: Path) -> None:
        """Put everything into the empty folder `target`. Raises PackageError."""
        missing = target / "missing.txt"
        missing.write_text(_without(self.lock.read_text(encoding="utf-8"), set(self.own)))
        if _PIN.search(missing.read_text()):
            wanted = Wanted(
                ("--no-deps", "--requirement", str(missing)),
                target,
                "Lambda's runtime client",
                linux_wheels=sys.platform != "linux",
            )
            install(wanted, target, runtime=self.runtime)
        missing.unlink()
        for found in self.own.values():
            _take(found, target)


def runtime_client(runtime: str, lock: Path) -> RuntimeClient:
    """What to put beside functions on `runtime`; `lock` serves all but the oldest ones."""
    if lock == RUNTIME_LOCK:
        lock = _OLD_LOCKS.get(runtime, lock)
    pins = dict(_PIN.findall(lock.read_text(encoding="utf-8")))
    own = {
        name: found
        for name, version in pins.items()
        if (found := _own(name)) and _fits(found.version, version) and _serves(found, runtime)
    }
    return RuntimeClient(lock, runtime, own)


def _own(name: str) -> Distribution | None:
    """An installed one whose files are there; not one that is edited in a folder of its own."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    modules = [file for file in _files(found) if file.suffix == ".py"]
    return (
        found if modules and all(Path(str(file.locate())).is_file() for file in modules) else None
    )


def _serves(found: Distribution, runtime: str) -> bool:
    """Whether its files run on a runtime: those of its own Python, or any of plain Python."""
    if runtime == OWN_RUNTIME:
        return True
    oldest = _OLDEST.search(found.metadata["Requires-Python"] or "")
    is_plain = "-none-any" in (found.read_text("WHEEL") or "")
    return is_plain and (oldest is None or int(runtime.split(".")[1]) >= int(oldest[1]))


def _files(found: Distribution) -> list[PackagePath]:
    """All below its site-packages."""
    return [file for file in found.files or () if ".." not in file.parts]


def _take(found: Distribution, target: Path) -> None:
    """By hard links where the disk is the same: no copy, and no way back for what is written."""
    for file in _files(found):
        source, place = Path(str(file.locate())), target / file
        if not source.is_file():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, place)
        except OSError:
            shutil.copy2(source, place)


def _fits(version: str, locked: str) -> bool:
    own, least = _numbers(version), _numbers(locked)
    return own >= least and own[:1] == least[:1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _without(lock: str, names: set[str]) -> str:
    """A hash lock without some of its distributions, and without markers.

    The lock is the runtime's, but pip may take its markers to be about another interpreter.
    """
    lock = _MARKER.sub("", lock)
    entries = re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)
    kept = [entry for entry in entries if not ((pin := _PIN.match(entry)) and pin[1] in names)]
    return "".join(kept)
