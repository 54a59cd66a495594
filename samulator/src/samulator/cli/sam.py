"""up-sam: the same application with its functions in containers."""

import argparse
from pathlib import Path

from aiohttp import ClientError

from samulator.cli.command import Command, CommandFailed
from samulator.cli.stack import EXPECTED
from samulator.control.project import open_project
from samulator.control.up import run_in_containers
from samulator.functions.containers import ContainersUnavailable, SamFailed
from samulator.servers.ports import Ports


def _up_sam(_arguments: argparse.Namespace, root: Path) -> None:
    try:
        run_in_containers(open_project(root), Ports.from_environment())
    except (*EXPECTED, ContainersUnavailable, SamFailed, ClientError) as error:
        raise CommandFailed(str(error)) from error


UP_SAM = Command("up-sam", "as up, with the functions in containers of sam local", _up_sam)
