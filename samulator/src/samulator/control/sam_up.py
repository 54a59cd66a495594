"""`local up-sam`: the data services here, the functions in containers through `sam local`."""

import asyncio
import time
from contextlib import ExitStack
from datetime import UTC, datetime

from samulator.control.console import Console
from samulator.control.interrupts import finish_undisturbed, interrupt_on_stop
from samulator.control.project import Project
from samulator.control.resources import declared
from samulator.control.sam_stack import SamStack, lambda_url
from samulator.control.state import RunningStack
from samulator.control.supervisor import Supervisor
from samulator.events.schedule.clockwork import silent_schedules
from samulator.functions.containers.engine import find_engine
from samulator.functions.containers.sam_cli import SamCli
from samulator.servers.aws.config import REGION, AwsConfig
from samulator.servers.group import DataServices, Started
from samulator.servers.ports import Ports, require_free
from samulator.template.load import load_application


def run_sam_stack(project: Project, ports: Ports) -> None:
    """Runs until Ctrl-C or `local down`.

    Raises ContainersUnavailable, SamFailed and whatever `samulator.control.up.run_stack` raises.
    """
    console = Console(project.state / "logs")
    with ExitStack() as cleanup:
        mark = cleanup.enter_context(RunningStack(project.state).hold(ports))
        interrupt_on_stop()
        engine = find_engine()
        sam = SamCli(project.root, engine, state=project.state, builds=project.builds)
        for name in ("api", "lambda_endpoint"):
            require_free(name, getattr(ports, name))
        application = load_application(
            project.template, environment=project.environment, region=REGION
        )
        disagreements = [*project.disagreements(application)]
        aws = AwsConfig(application.s3_triggers, lambda_url(ports), REGION, declared(application))
        services = DataServices(project.state, ports, aws=aws, gateway=engine.gateway)
        mark.tell(host=services.host)
        services.require_free_ports()
        console.say(f"Starting {project.root.name} with sam local, Python {engine.python_version}")
        for warning in (
            *application.warnings,
            *silent_schedules(application.schedules, datetime.now(UTC)),
            *disagreements,
        ):
            console.problem(f"  {warning}")
        _build(sam, console)
        cleanup.callback(console.say, "Stopped.")
        cleanup.callback(services.stop)
        services.start(console.started)
        mark.tell(servers=services.pids())
        for problem in services.aws.problems():
            console.problem(f"  {problem}")
        sam.write_environment(project.filled_environment(services.places()))
        for start, port in ((sam.start_lambda, ports.lambda_endpoint), (sam.start_api, ports.api)):
            cleanup.callback(start(port).stop)
            cleanup.callback(finish_undisturbed)
        supervisor = Supervisor(project, application, services, mark, console)
        stack = SamStack(project, ports, application, supervisor, console)
        asyncio.run(stack.run())


def _build(sam: SamCli, console: Console) -> None:
    begin = time.monotonic()
    sam.build()
    console.started(Started("sam build", "", time.monotonic() - begin))
