"""Makes the custom resources of an application before its doors open, and what needs them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from samulator.control.create_requests import CreateRequests
from samulator.control.serving import Serving
from samulator.functions.host import FunctionHost
from samulator.functions.worker_host import WorkerHost
from samulator.http.custom_answers import CustomAnswers
from samulator.http.lambda_api.endpoint import InvokeApi
from samulator.http.server.server import serve
from samulator.servers.group import Servers
from samulator.servers.ports import LOOPBACK
from samulator.template.model import Application, Resource
from samulator.template.model_custom_resource import Answers

Load = Callable[[Answers], Application]


async def with_custom_resources(
    serving: Serving, before: Application, load: Load, functions: FunctionHost, servers: Servers
) -> Application:
    """Return the application with what was answered: in variables, and in resources.

    `before` is what the template says without answers, and `load` reads it with them, neither
    adapted to this machine.
    """
    application, console = serving.application, serving.console
    if not isinstance(functions, WorkerHost):
        return application
    latest, after = application, before

    async def declare(resources: Sequence[Resource]) -> list[str]:
        return await asyncio.to_thread(servers.aws.make, resources)

    def learn(answers: Answers) -> Application:
        nonlocal latest, after
        after = load(answers)
        changed = _with_variables(application, before, after)
        for name, function in changed.functions.items():
            if function != latest.functions[name]:
                functions.give(name, function.environment)
        latest = changed
        return after

    async with _open(functions, serving.ports.lambda_endpoint) as door:
        url = f"http://{LOOPBACK}:{serving.ports.lambda_endpoint}"
        made = await CreateRequests(functions, door, url, learn, declare).make(application)
    if not made.answers:
        # What nobody answered has warnings that were not due before anybody was asked.
        after = load({})
    for line in (*made.lines, *(each for each in after.warnings if each not in before.warnings)):
        console.problem(f"  {line}")
    return latest


def _with_variables(
    application: Application, before: Application, after: Application
) -> Application:
    """The application as it is on this machine, with what differs by the answers."""
    functions = {}
    for name, function in application.functions.items():
        was, now = before.functions[name].environment, after.functions[name].environment
        answered = {key: value for key, value in now.items() if value != was[key]}
        functions[name] = replace(function, environment={**function.environment, **answered})
    return replace(
        application,
        functions=functions,
        resources=after.resources,
        schedules=after.schedules,
        pipes=after.pipes,
    )


@asynccontextmanager
async def _open(functions: WorkerHost, port: int) -> AsyncIterator[CustomAnswers]:
    """Lambda's own API, for what the functions call, and the answers beside it."""
    door = CustomAnswers(InvokeApi(functions))
    runner = await serve(door, LOOPBACK, port)
    try:
        yield door
    finally:
        await runner.cleanup()
