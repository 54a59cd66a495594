"""Adds usable bytecode to the functions that `sam build` copied without any."""

import argparse
from pathlib import Path

from .bytecode import compile_tree
from .check import layers_of
from .target import lambda_target

FUNCTION_ROOT = "/var/task"  # where Lambda unpacks a function


def main() -> None:
    """Compile each function of a build directory."""
    parser = argparse.ArgumentParser(prog="builder.functions", description=__doc__)
    parser.add_argument("build", type=Path, help="the build directory of sam build")
    parser.add_argument("--python-version", required=True, metavar="X.Y")
    arguments = parser.parse_args()
    interpreter = lambda_target(arguments.python_version, "x86_64").interpreter
    for function in layers_of(arguments.build):
        compile_tree((arguments.build / function).resolve(), interpreter, FUNCTION_ROOT)


if __name__ == "__main__":
    main()
