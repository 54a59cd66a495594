"""`local up`: starts everything in order, in the foreground, and stops everything at the end."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime

from samulator.control.console import Console
from samulator.control.debug_ports import debug_ports
from samulator.control.effects import effects
from samulator.control.effects_table import idle_lines
from samulator.control.interrupts import finish_undisturbed, interrupt_on_stop
from samulator.control.project import Project
from samulator.control.resources import declared
from samulator.control.stack import Stack
from samulator.control.state import RunningStack
from samulator.control.supervisor import Supervisor
from samulator.events.schedule.clockwork import silent_schedules
from samulator.functions.aws_access import with_aws_access
from samulator.functions.debugging import without_limits
from samulator.functions.packages import Packages
from samulator.functions.runnable import runnable
from samulator.servers.aws.config import REGION, AwsConfig
from samulator.servers.group import DataServices
from samulator.servers.ports import LOOPBACK, Ports, require_free
from samulator.template.load import read_application
from samulator.template.model import Application
from samulator.template.translated import open_template
from samulator.template.translation_cache import TranslationCache


def run_stack(project: Project, ports: Ports, debug: Sequence[str] = ()) -> None:
    """Runs until Ctrl-C or `local down`; `debug` is what --debug names.

    Raises AlreadyRunning, PortTaken, ProjectError, TemplateError, PackageError,
    ServiceFailed, StartFailed, InvalidTarget and DebuggerMissing, each with a message for people.
    """
    console = Console(project.state / "logs")
    with ExitStack() as cleanup:
        mark = cleanup.enter_context(RunningStack(project.state).hold(ports))
        for name in ("api", "lambda_endpoint"):
            require_free(name, getattr(ports, name))
        template = open_template(
            project.template,
            parameters={},
            region=REGION,
            cache=TranslationCache(project.builds),
        )
        aws_url = f"http://{LOOPBACK}:{ports.aws}"
        draft = runnable(
            read_application(template, environment=project.environment, aws_url=aws_url)
        )
        debugged = debug_ports(debug, draft)
        disagreements = [*project.disagreements(draft)]
        lambda_url = f"http://{LOOPBACK}:{ports.lambda_endpoint}"
        aws = AwsConfig(draft.s3_triggers, lambda_url, REGION, declared(draft))
        services = DataServices(project.state, ports, aws=aws)
        services.require_free_ports()
        interrupt_on_stop()
        cleanup.callback(console.say, "Stopped.")
        cleanup.callback(services.stop)
        cleanup.callback(finish_undisturbed)
        console.say(f"Starting {project.root.name}")
        silent = silent_schedules(draft.schedules, datetime.now(UTC))
        idle = idle_lines(effects(draft, project.root), draft.warnings)
        for warning in (*draft.warnings, *silent, *disagreements, *idle):
            console.problem(f"  {warning}")
        packages = _start(project, services, draft, console)
        mark.tell(servers=services.pids())
        for problem in services.aws.problems():
            console.problem(f"  {problem}")
        application = runnable(
            read_application(
                template,
                environment=project.filled_environment(services.places()),
                aws_url=services.aws.url,
            )
        )
        application = with_aws_access(application, services.aws.url)
        application = without_limits(application, debugged)
        supervisor = Supervisor(project, application, services, mark, console)
        stack = Stack(project, ports, application, supervisor, packages, console, debugged)
        asyncio.run(stack.run())


def _start(
    project: Project, services: DataServices, application: Application, console: Console
) -> Packages:
    """Builds the functions' packages while the data services start."""
    packages = Packages(
        application,
        state=project.builds,
        progress=console.preparing,
        problem=console.problem,
    )
    with ThreadPoolExecutor(1, "packages") as builder:
        built: Future[None] = builder.submit(packages.build)
        services.start(console.started)
        built.result()
    return packages
