"""What a layer is built for: interpreter, processor and platform."""

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass

MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}  # Lambda's word -> the ELF and wheel word
# Amazon Linux 2023 has glibc 2.34 and is under python3.12 and newer. AWS's python3.11 is still
# Amazon Linux 2 (2.26), too old for the wheels of pyarrow and numpy: template.yaml refuses to
# deploy it, and a layer for 3.11 is for local containers.
GLIBC_MINORS = range(34, 4, -1)


class BuildError(Exception):
    """The layer cannot be built; the message is for the person who runs make."""


@dataclass(frozen=True)
class Target:
    """`interpreter` has the version of the function's runtime: bytecode is tied to it."""

    interpreter: str
    python_version: tuple[int, int]
    machine: str
    is_host: bool

    def pip_options(self) -> list[str]:
        """Options that make pip choose wheels for this target rather than for this machine."""
        if self.is_host:
            return []
        tags = [f"manylinux_2_{minor}_{self.machine}" for minor in GLIBC_MINORS]
        version = ".".join(map(str, self.python_version))
        return [
            *("--implementation", "cp", "--python-version", version),
            *(part for tag in tags for part in ("--platform", tag)),
            *("--platform", f"manylinux2014_{self.machine}"),
        ]

    def strip_command(self) -> str | None:
        """A `strip` that reads this target's ELF files, if the machine has one."""
        names = [f"{self.machine}-linux-gnu-strip", "llvm-strip"]
        if sys.platform == "linux" and platform.machine() == self.machine:
            names.insert(0, "strip")
        return next(filter(None, map(shutil.which, names)), None)


def host_target() -> Target:
    """This machine and the interpreter that runs this."""
    return Target(sys.executable, sys.version_info[:2], platform.machine(), is_host=True)


def lambda_target(python_version: str, architecture: str) -> Target:
    """Linux on Lambda, e.g. ("3.13", "arm64"). Raises BuildError if no such Python is installed."""
    major, minor = map(int, python_version.split("."))
    interpreter = _find_interpreter((major, minor))
    return Target(interpreter, (major, minor), MACHINES[architecture], is_host=False)


def _find_interpreter(version: tuple[int, int]) -> str:
    if sys.version_info[:2] == version:
        return sys.executable
    name = "python{}.{}".format(*version)
    found = shutil.which(name)
    if found is None or not _has_version(found, version):
        raise BuildError(
            f"{name} is not installed. Bytecode works only in the Python that wrote it, so a layer "
            f"for {name} is built with {name}: install it, or choose another PythonRuntime."
        )
    return found


def _has_version(interpreter: str, version: tuple[int, int]) -> bool:
    code = f"import sys; sys.exit(sys.version_info[:2] != {version})"
    result = subprocess.run(  # nosec B603 # arguments of our own making
        [interpreter, "-c", code], capture_output=True
    )
    return result.returncode == 0
