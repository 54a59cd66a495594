"""check: what everything in a template does on this machine, without starting anything."""

import argparse
import sys
from pathlib import Path

from samulator.cli.command import Command, CommandFailed
from samulator.control.effects import effects
from samulator.control.effects_table import as_json, as_text
from samulator.control.local_toml import ProjectError
from samulator.control.parameter_overrides import InvalidOverride, parse_overrides
from samulator.control.project import open_project
from samulator.functions.runnable import runnable
from samulator.template.document import find_template
from samulator.template.load import load_application
from samulator.template.model import TemplateError


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-t", "--template-file", "--template", type=Path, metavar="FILE", help="the template"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--parameter-overrides",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="values of parameters",
    )
    parser.add_argument("--region", default="us-east-1", help="the region in ARNs")


def _check(arguments: argparse.Namespace, root: Path) -> None:
    try:
        template = arguments.template_file or find_template(root)
        environment = open_project(root).environment
        application = runnable(
            load_application(
                template,
                environment=environment,
                parameters=parse_overrides(arguments.parameter_overrides),
                region=arguments.region,
            )
        )
    except (InvalidOverride, ProjectError, TemplateError) as error:
        raise CommandFailed(str(error)) from error
    rows = effects(application, template.resolve().parent)
    if arguments.json:
        sys.stdout.write(as_json(str(template), rows, application.warnings) + "\n")
    else:
        sys.stdout.write(as_text(rows, application.warnings) + "\n")


CHECK = Command("check", "say what everything in the template does here", _check, _configure)
