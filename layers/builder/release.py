"""Names a release: prints one digest of code, layers, templates and parameters.

SAM publishes a new version of a function when its own code has changed, and of that only. What
else changed would wait on the old version behind the alias; a new digest publishes all of them.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from .check import digest


def main() -> None:
    """Prints 64 hexadecimal digits for the template's parameter Release."""
    parser = argparse.ArgumentParser(prog="builder.release", description=__doc__)
    parser.add_argument("build", type=Path, help="the build directory of sam build")
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE")
    arguments = parser.parse_args()
    sys.stdout.write(release(arguments.build, arguments.parameters) + "\n")


def release(build: Path, parameters: list[str]) -> str:
    """SHA-256 in hexadecimal; the order of the parameters does not matter."""
    seen = hashlib.sha256(digest(build).encode())
    for parameter in sorted(parameters):
        seen.update(parameter.encode() + b"\n")
    return seen.hexdigest()


if __name__ == "__main__":
    main()
