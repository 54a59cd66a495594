"""up-sam: the same application with its functions in containers."""

import argparse
from pathlib import Path

from aiohttp import ClientError

from local.commands.command import Command, CommandFailed
from local.commands.stack import EXPECTED
from local.project import open_project
from local.sam import ContainersUnavailable, SamFailed
from local.sam.up import run_sam_stack
from local.services.ports import Ports


def _up_sam(_arguments: argparse.Namespace, root: Path) -> None:
    try:
        run_sam_stack(open_project(root), Ports.from_environment())
    except (*EXPECTED, ContainersUnavailable, SamFailed, ClientError) as error:
        raise CommandFailed(str(error)) from error


UP_SAM = Command("up-sam", "as up, with the functions in containers of sam local", _up_sam)
