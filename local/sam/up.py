"""`local up-sam`: the data services here, the functions in containers through `sam local`."""

import asyncio
import time
from contextlib import ExitStack
from datetime import UTC, datetime

from local.aws.config import REGION, AwsConfig
from local.console import Console
from local.interrupts import finish_undisturbed, interrupt_on_stop
from local.project import Project
from local.resources import create_resources
from local.sam.cli import SamCli
from local.sam.engine import find_engine
from local.sam.stack import SamStack, lambda_url
from local.services.group import DataServices, Started
from local.services.ports import Ports, require_free
from local.state import RunningStack
from local.template.load import load_application
from local.triggers.schedule import silent_schedules
from local.upkeep import Upkeep


def run_sam_stack(project: Project, ports: Ports) -> None:
    """Runs until Ctrl-C or `local down`.

    Raises ContainersUnavailable, SamFailed and whatever `local.up.run_stack` raises.
    """
    console = Console(project.state / "logs")
    with ExitStack() as cleanup:
        mark = cleanup.enter_context(RunningStack(project.state).hold(ports))
        interrupt_on_stop()
        engine = find_engine()
        sam = SamCli(project, engine)
        for name in ("api", "lambda_endpoint"):
            require_free(name, getattr(ports, name))
        application = load_application(
            project.template, environment=project.environment, region=REGION
        )
        disagreements = [*project.disagreements(application)]
        aws = AwsConfig(application.s3_triggers, lambda_url(ports), REGION)
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
        create_resources(application, url=services.aws.url, region=REGION)
        sam.write_environment(project.filled_environment(services.places()))
        for start, port in ((sam.start_lambda, ports.lambda_endpoint), (sam.start_api, ports.api)):
            cleanup.callback(start(port).stop)
            cleanup.callback(finish_undisturbed)
        upkeep = Upkeep(project, application, services, mark, console)
        stack = SamStack(project, ports, application, upkeep, console)
        asyncio.run(stack.run())


def _build(sam: SamCli, console: Console) -> None:
    begin = time.monotonic()
    sam.build()
    console.started(Started("sam build", "", time.monotonic() - begin))
