"""What a command of the stack is."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class CommandFailed(Exception):
    """The command could not do its work; the message is one line for people."""


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    """Most commands take none."""


@dataclass(frozen=True)
class Command:
    """`run` gets the parsed arguments and the project's folder; it raises CommandFailed."""

    name: str
    help: str
    run: Callable[[argparse.Namespace, Path], None]
    configure: Callable[[argparse.ArgumentParser], None] = _no_arguments

    def add_to(self, commands: "argparse._SubParsersAction[Any]") -> None:
        parser = commands.add_parser(self.name, help=self.help, description=self.help)
        self.configure(parser)
        parser.set_defaults(run=self.run)
