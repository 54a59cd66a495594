"""Says which doors of an application share a port.

As under `sam local start-api`, APIs share the first port as long as no request is one for two
of them; those that collide get the next ports, and WebSocket APIs and function URLs have one each.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from samulator.http.gateway.routes import is_catch_all, may_collide
from samulator.template.model import Application
from samulator.template.model_http import Api, ApiKey, FunctionUrl, RestApi
from samulator.template.model_web_socket import WebSocketApi


@dataclass(frozen=True)
class PortPlan:
    """One port and what answers there: APIs that do not collide, or one of the other kinds."""

    port: int
    apis: tuple[Api, ...] = ()
    function_url: FunctionUrl | None = None
    web_socket_api: WebSocketApi | None = None

    @property
    def names(self) -> str:
        """Return the logical ids."""
        alone = self.function_url or self.web_socket_api
        return ", ".join(each.id for each in (self.apis if alone is None else (alone,)))


def plan_ports(
    application: Application,
    first: int,
    is_taken: Callable[[int], bool] = lambda _port: False,
) -> list[PortPlan]:
    """Return a plan per port, from `first` on; further ports that are taken are left out."""
    ports = _ports(first, is_taken)
    plans = [PortPlan(next(ports), tuple(group)) for group in _groups(application.apis)]
    plans += [PortPlan(next(ports), web_socket_api=api) for api in application.web_socket_apis]
    return [*plans, *(PortPlan(next(ports), (), url) for url in application.function_urls)]


def answering(application: Application) -> list[str]:
    """Return the functions that somebody waits for, by their logical ids."""
    routed = [route.function for api in application.apis for route in api.routes]
    told = [route.function for api in application.web_socket_apis for route in api.routes]
    urls = [url.function for url in application.function_urls]
    return [name for name in dict.fromkeys([*routed, *told, *urls]) if name is not None]


def made_up_keys(application: Application) -> Iterator[ApiKey]:
    """Yield the API keys whose values nobody knows from the template."""
    rest = [key for api in application.apis if isinstance(api, RestApi) for key in api.api_keys]
    keys = [*rest, *(key for api in application.web_socket_apis for key in api.api_keys)]
    return (key for key in dict.fromkeys(keys) if not key.is_given)


def _ports(first: int, is_taken: Callable[[int], bool]) -> Iterator[int]:
    """The first is the user's choice: who holds it is for the start to say."""
    yield first
    port = first
    while port < 65535:  # the last port there is
        port += 1
        if not is_taken(port):
            yield port


def _groups(apis: Sequence[Api]) -> list[list[Api]]:
    """An API that takes every path leaves the first port to those that name theirs."""
    groups: list[list[Api]] = []
    for api in sorted(apis, key=_takes_all):
        group = next((each for each in groups if not _collides(api, each)), None)
        if group is None:
            groups.append([api])
        else:
            group.append(api)
    return groups


def _takes_all(api: Api) -> bool:
    return any(is_catch_all(route) for route in api.routes)


def _collides(api: Api, others: Iterable[Api]) -> bool:
    return any(
        may_collide(one, another)
        for other in others
        for another in other.routes
        for one in api.routes
    )
