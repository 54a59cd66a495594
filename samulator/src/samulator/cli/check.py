"""check: what everything in a template does on this machine, without a process or a port."""

import argparse
import sys
from pathlib import Path

from samulator.cli.command import Command, CommandFailed
from samulator.cli.options import add_template_options, opened
from samulator.control.effects import effects
from samulator.control.effects_table import as_json, as_text
from samulator.control.loading import load_project
from samulator.control.local_toml import ProjectError
from samulator.control.rehearsal import as_made, rehearse
from samulator.functions.runnable import runnable
from samulator.template.model import TemplateError


def _configure(parser: argparse.ArgumentParser) -> None:
    add_template_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def _check(arguments: argparse.Namespace, root: Path) -> None:
    try:
        project = opened(arguments, root)
        template = project.template
        application = runnable(load_project(project))
    except (ProjectError, TemplateError) as error:
        raise CommandFailed(str(error)) from error
    rows = as_made(effects(application, template.resolve().parent), rehearse(application))
    if arguments.json:
        sys.stdout.write(as_json(str(template), rows, application.warnings) + "\n")
    else:
        sys.stdout.write(as_text(rows, application.warnings) + "\n")


CHECK = Command("check", "say what everything in the template does here", _check, _configure)
