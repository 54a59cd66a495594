"""Command line of the layer builder; the Makefile beside this package calls it."""

import argparse
import shutil
import sys
import tomllib
from pathlib import Path

from .bytecode import compile_tree
from .install import INSTALLATION_RECORDS, install
from .slim import NEVER_LOADED, keep_services, remove, strip_symbols
from .target import MACHINES, BuildError, Target, host_target, lambda_target

LAYER_ROOT = "/opt/python"  # where Lambda unpacks a layer


def main() -> None:
    """Build one layer; a reason why not is one message and exit status 1."""
    arguments = _parse_arguments()
    try:
        if arguments.platform == "host":
            target = host_target()
        else:
            target = lambda_target(arguments.python_version, arguments.architecture)
        build(arguments.layer, arguments.directory.resolve(), target)
    except BuildError as error:
        sys.exit(f"layer {arguments.layer}: {error}")


def build(layer: Path, directory: Path, target: Target) -> None:
    """Build the layer described by `layer`/layer.toml and requirements.txt into `directory`."""
    plan = tomllib.loads((layer / "layer.toml").read_text())
    shutil.rmtree(directory, ignore_errors=True)
    install(layer / "requirements.txt", directory, target, plan["leave_out"])
    remove(directory, (*INSTALLATION_RECORDS, *NEVER_LOADED, *plan["remove"]))
    keep_services(directory, plan["aws_services"])
    _strip(directory, plan["strip"], target)
    compile_tree(directory, target.interpreter, LAYER_ROOT)
    _set_modes(directory)
    size = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    _say(f"layer {layer}: {size:,} bytes unzipped")


def _strip(directory: Path, packages: list[str], target: Target) -> None:
    command = target.strip_command()
    if packages and command is None:
        _say(
            f"no strip (binutils) for {target.machine} files here: the layer stays about 8% larger"
        )
    elif command is not None:
        strip_symbols(directory, packages, command)


def _set_modes(directory: Path) -> None:
    """The same file modes whatever the umask, because archives keep them."""
    for path in directory.rglob("*"):
        path.chmod(0o755 if path.is_dir() or ".so" in path.suffixes else 0o644)


def _say(message: str) -> None:
    sys.stderr.write(message + "\n")


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="builder", description=__doc__)
    parser.add_argument("layer", type=Path, help="directory with requirements.txt and layer.toml")
    parser.add_argument("directory", type=Path, help="where to install; emptied first")
    parser.add_argument("--python-version", default="3.11", metavar="X.Y")
    parser.add_argument("--architecture", choices=sorted(MACHINES), default="x86_64")
    parser.add_argument("--platform", choices=["lambda", "host"], default="lambda")
    return parser.parse_args()


if __name__ == "__main__":
    main()
