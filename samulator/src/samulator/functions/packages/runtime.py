"""What Lambda itself puts beside a function: its runtime client and boto3."""

import hashlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from samulator.functions.interpreters import OWN_RUNTIME
from samulator.functions.packages.pip import Wanted, install

RUNTIME_LOCK = Path(__file__).with_name("runtime.txt")
_OLD_LOCKS = {"python3.9": RUNTIME_LOCK.with_name("runtime-3.9.txt")}
_MARKER = re.compile(r" ; [^\\\n]*(?= \\$)", re.MULTILINE)
_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class RuntimeClient:
    """The distributions of a hash lock; some lie in the stack's own environment already.

    Those are linked instead of installed, which spares seconds of the first start, where the
    own interpreter runs the function and the version is the lock's or newer of the same major.
    """

    lock: Path
    runtime: str
    own: Mapping[str, Distribution]

    @property
    def key(self) -> str:
        """A hash of the lock and of what is linked."""
        digest = hashlib.sha256(self.lock.read_bytes())
        for name, found in sorted(self.own.items()):
            digest.update(f"\0{name}=={found.version}@{found.locate_file('')}".encode())
        return digest.hexdigest()

    def build(self, target: Path) -> None:
        """Link and install everything into the empty folder `target`. Raises PackageError."""
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
            for name in _top_level(found):
                if not (target / name).exists():
                    (target / name).symlink_to(str(found.locate_file(name)))


def runtime_client(runtime: str, lock: Path) -> RuntimeClient:
    """What to put beside functions on `runtime`; `lock` serves all but the oldest ones."""
    if lock == RUNTIME_LOCK:
        lock = _OLD_LOCKS.get(runtime, lock)
    pins = dict(_PIN.findall(lock.read_text(encoding="utf-8")))
    own = {
        name: found
        for name, version in pins.items()
        if runtime == OWN_RUNTIME and (found := _own(name)) and _fits(found.version, version)
    }
    return RuntimeClient(lock, runtime, own)


def _own(name: str) -> Distribution | None:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    there = [Path(str(found.locate_file(top))).exists() for top in _top_level(found)]
    return found if there and all(there) else None


def _fits(version: str, locked: str) -> bool:
    own, least = _numbers(version), _numbers(locked)
    return own >= least and own[:1] == least[:1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _top_level(found: Distribution) -> set[str]:
    """Files and folders of a distribution in its site-packages."""
    names = {file.parts[0] for file in found.files or () if file.suffix != ".pth"}
    return names - {"..", "__pycache__"}


def _without(lock: str, names: set[str]) -> str:
    """A hash lock without some of its distributions, and without markers.

    The lock is the runtime's, but pip may take its markers to be about another interpreter.
    """
    lock = _MARKER.sub("", lock)
    entries = re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)
    kept = [entry for entry in entries if not ((pin := _PIN.match(entry)) and pin[1] in names)]
    return "".join(kept)
