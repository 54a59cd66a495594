"""Reads `--debug FUNCTION[:PORT]` and lifts the limits of functions that a person may stop."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import TypeVar

from samulator.template.model import Application
from samulator.template.model_http import LambdaCustom, LambdaProxy, Route
from samulator.template.model_web_socket import SocketRoute

# Where debugpy listens by itself; further functions get the ports after it.
FIRST_PORT = 5678
_LARGEST_PORT = 65535
# Nobody stands at a breakpoint longer, and every layer below takes the number.
_A_DAY = 86400.0
AnyRoute = TypeVar("AnyRoute", Route, SocketRoute)


class InvalidTarget(Exception):
    """There is no such function to debug, or no such port; the message is one line."""


def targets(texts: Iterable[str], application: Application) -> Mapping[str, int]:
    """Return the port of each function (by logical id) that `--debug` names.

    A function goes by its logical id or its FunctionName. Raises InvalidTarget.
    """
    names = {function.name: name for name, function in application.functions.items()}
    named: dict[str, int | None] = {}
    for text in texts:
        name, _, port = text.partition(":")
        logical_id = name if name in application.functions else names.get(name)
        if logical_id is None:
            there = ", ".join(sorted(application.functions))
            raise InvalidTarget(f"--debug {text}: no function {name!r}; there are {there}")
        named[logical_id] = _port(text, port) if port else None
    taken = {port for port in named.values() if port is not None}
    free = (port for port in range(FIRST_PORT, _LARGEST_PORT) if port not in taken)
    ports = {name: next(free) if port is None else port for name, port in named.items()}
    if len({*ports.values()}) != len(ports):
        raise InvalidTarget(f"--debug: two functions on one port: {', '.join(named)}")
    return ports


def without_limits(application: Application, debugged: Iterable[str]) -> Application:
    """Return the application with time and one worker for each function that may be stopped."""
    stopped = {*debugged}
    functions = {
        name: replace(
            function,
            timeout=_A_DAY,
            reserved_concurrency=0 if function.reserved_concurrency == 0 else 1,
        )
        if name in stopped
        else function
        for name, function in application.functions.items()
    }
    apis = tuple(
        replace(api, routes=tuple(_patient(route, stopped) for route in api.routes))
        for api in application.apis
    )
    sockets = tuple(
        replace(api, routes=tuple(_patient(route, stopped) for route in api.routes))
        for api in application.web_socket_apis
    )
    return replace(application, functions=functions, apis=apis, web_socket_apis=sockets)


def _patient(route: AnyRoute, stopped: Set[str]) -> AnyRoute:
    integration = route.integration
    if isinstance(integration, LambdaProxy | LambdaCustom) and integration.function in stopped:
        return replace(route, integration=replace(integration, timeout=_A_DAY))
    return route


def _port(text: str, port: str) -> int:
    if not port.isdecimal() or not 0 < int(port) <= _LARGEST_PORT:
        raise InvalidTarget(f"--debug {text}: {port!r} is no port")
    return int(port)
