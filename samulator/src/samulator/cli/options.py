"""The options that commands share with `sam local start-api`."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from samulator.control.project import Project, open_project
from samulator.control.start_options import Flags
from samulator.servers.ports import Ports, variable_of


def add_template_options(parser: argparse.ArgumentParser) -> None:
    """Which template, and with which values."""
    parser.add_argument(
        *("-t", "--template", "--template-file"),
        type=Path,
        metavar="FILE",
        help="the template; template.yaml, .yml or .json of this folder unless given",
    )
    parser.add_argument(
        "--parameter-overrides",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="values of parameters; ParameterKey=NAME,ParameterValue=VALUE does too",
    )
    parser.add_argument("--region", help="the region that functions and ARNs have")
    parser.add_argument(
        "--config-env",
        default=os.environ.get("SAM_CONFIG_ENV"),
        metavar="NAME",
        help="the environment of samconfig.toml, default unless given",
    )
    parser.add_argument(
        "--config-file",
        type=Path,
        default=os.environ.get("SAM_CONFIG_FILE"),
        metavar="FILE",
        help="what is read for samconfig.toml",
    )


def add_start_options(parser: argparse.ArgumentParser) -> None:
    """The same, and how to start."""
    add_template_options(parser)
    parser.add_argument(
        *("-n", "--env-vars"),
        type=Path,
        metavar="FILE",
        help="JSON with variables by function, or for all under Parameters",
    )
    parser.add_argument("-p", "--port", type=int, help="the port of the API, 3000 unless given")
    parser.add_argument("--host", help="127.0.0.1; nothing else is listened on")
    parser.add_argument("--profile", help="has no effect; functions never get your credentials")


def opened(arguments: argparse.Namespace, root: Path) -> Project:
    """Return the project as these options have it; raises ProjectError."""
    said = {name: getattr(arguments, name, None) for name in ("env_vars", "port", "host")}
    return open_project(
        root,
        Flags(
            template=arguments.template,
            parameters=arguments.parameter_overrides,
            region=arguments.region,
            profile=getattr(arguments, "profile", None),
            config_env=arguments.config_env,
            config_file=arguments.config_file,
            **said,
        ),
    )


def ports_of(project: Project) -> Ports:
    """Return the ports: a flag wins over a variable, that over samconfig; raises InvalidPort."""
    ports = Ports.from_environment()
    options = project.options
    is_moved = options.is_port_a_flag or variable_of("api") not in os.environ
    if options.port is None or not is_moved:
        return ports
    ports = replace(ports, api=options.port)
    ports.require_distinct()
    return ports
