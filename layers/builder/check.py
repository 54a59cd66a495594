"""Looks at what `sam build` made: sizes, processor, bytecode; prints a digest of each artifact."""

import argparse
import hashlib
import struct
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import yaml

from .target import MACHINES

UNZIPPED_LIMIT = 262_144_000  # bytes, of a function together with its layers (Lambda quota)
_ELF_MACHINES = {62: "x86_64", 183: "aarch64"}  # e_machine of the ELF header
_ELF_MACHINE_AT = 18


def main() -> None:
    """Exit status 1 with the reasons when Lambda would refuse or fail to load something."""
    parser = argparse.ArgumentParser(prog="builder.check", description=__doc__)
    parser.add_argument("build", type=Path, help="the build directory of sam build")
    parser.add_argument("--python-version", required=True, metavar="X.Y")
    parser.add_argument("--architecture", choices=sorted(MACHINES), required=True)
    arguments = parser.parse_args()
    layers = layers_of(arguments.build)
    names = {*layers, *chain.from_iterable(layers.values())}
    artifacts = [arguments.build / name for name in sorted(names)]
    problems = [
        *_too_big(arguments.build, layers),
        *_misfits(artifacts, arguments.python_version, MACHINES[arguments.architecture]),
    ]
    for directory in artifacts:
        name = directory.name
        sys.stdout.write(f"{name:<24}{size(directory):>13,} bytes  {digest(directory)[:16]}\n")
    if problems:
        sys.exit("\n".join(problems))


def layers_of(build: Path) -> dict[str, tuple[str, ...]]:
    """The functions that the built template describes, each with its own layers."""
    template = yaml.safe_load((build / "template.yaml").read_text(encoding="utf-8"))
    return {
        name: tuple(layer["Ref"] for layer in resource["Properties"].get("Layers", []))
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def size(directory: Path) -> int:
    """Bytes of every file below, as Lambda counts them unzipped."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def digest(directory: Path) -> str:
    """SHA-256 of names, modes and bytes of every file below."""
    seen = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            seen.update(f"{path.relative_to(directory)} {path.stat().st_mode:o}\n".encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()


def _too_big(build: Path, layers: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for function, own in layers.items():
        total = sum(size(build / name) for name in (function, *own))
        if total > UNZIPPED_LIMIT:
            with_layers = " with ".join((function, *own))
            yield f"{with_layers} is {total:,} bytes, over Lambda's {UNZIPPED_LIMIT:,}"


def _misfits(artifacts: list[Path], python_version: str, machine: str) -> Iterator[str]:
    tag = f"cpython-{python_version.replace('.', '')}"
    for artifact in artifacts:
        for path in artifact.rglob("*.pyc"):
            if f".{tag}." not in path.name:
                yield f"{path}: not the bytecode of Python {python_version}"
        for path in artifact.rglob("*.so*"):
            if (found := _machine(path)) != machine:
                yield f"{path}: built for {found}, not for {machine}"


def _machine(library: Path) -> str:
    with library.open("rb") as file:
        header = file.read(_ELF_MACHINE_AT + 2)
    if header[:4] != b"\x7fELF":
        return "something that is not Linux"
    (number,) = struct.unpack_from("<H", header, _ELF_MACHINE_AT)
    return _ELF_MACHINES.get(number, f"machine {number}")


if __name__ == "__main__":
    main()
