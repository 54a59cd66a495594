"""up-sam: the same application with its functions in containers."""

import argparse
from pathlib import Path

from aiohttp import ClientError

from samulator.cli.command import Command, CommandFailed
from samulator.cli.options import add_start_options, opened, ports_of
from samulator.cli.stack import EXPECTED
from samulator.control.up import run_in_containers
from samulator.functions.containers import ContainersUnavailable, SamFailed


def _up_sam(arguments: argparse.Namespace, root: Path) -> None:
    try:
        project = opened(arguments, root)
        run_in_containers(project, ports_of(project))
    except (*EXPECTED, ContainersUnavailable, SamFailed, ClientError) as error:
        raise CommandFailed(str(error)) from error


UP_SAM = Command(
    "up-sam", "as up, with the functions in containers of sam local", _up_sam, add_start_options
)
