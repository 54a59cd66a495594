"""Opens the doors of an application: which of them share a port, and who answers there.

As under `sam local start-api`, APIs share the first port as long as no request is one for two
of them; those that collide get the next ports, and function URLs have one each.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from samulator.http.authorizers.authorize import Authorizers
from samulator.http.authorizers.jwt_authorizer import JwtAuthorizers, TokenReader
from samulator.http.authorizers.lambda_authorizer import LambdaAuthorizers
from samulator.http.function_url.responder import FunctionUrlResponder
from samulator.http.gateway.door import Door, Observe
from samulator.http.gateway.invoking import HttpInvoker
from samulator.http.gateway.routes import is_catch_all, may_collide
from samulator.http.gateway.shared_port import ApiDoor, SharedPort
from samulator.http.http_api.responder import HttpApiResponder
from samulator.http.rest_api.responder import RestApiResponder
from samulator.http.server.server import Interface
from samulator.http.services.local_services import LocalServices
from samulator.template.model import Application
from samulator.template.model_http import Api, ApiKey, FunctionUrl, RestApi


@dataclass(frozen=True)
class PortPlan:
    """One port and what answers there: APIs that do not collide, or one function URL."""

    port: int
    apis: tuple[Api, ...] = ()
    function_url: FunctionUrl | None = None

    @property
    def names(self) -> str:
        """Return the logical ids."""
        answering = self.apis if self.function_url is None else (self.function_url,)
        return ", ".join(each.id for each in answering)


@dataclass(frozen=True)
class DoorOptions:
    """What all doors need beside the functions.

    With `tokens_optional` a JWT authorizer lets a request without a token in, without claims.
    `services` are those that APIs ask without a function.
    """

    tokens: TokenReader
    observe: Observe | None = None
    tokens_optional: bool = False
    services: LocalServices | None = None


def plan_ports(
    application: Application,
    first: int,
    is_taken: Callable[[int], bool] = lambda _port: False,
) -> list[PortPlan]:
    """Return a plan per port, from `first` on; further ports that are taken are left out."""
    ports = _ports(first, is_taken)
    plans = [PortPlan(next(ports), tuple(group)) for group in _groups(application.apis)]
    return [*plans, *(PortPlan(next(ports), (), url) for url in application.function_urls)]


def answering(application: Application) -> list[str]:
    """Return the functions that somebody waits for, by their logical ids."""
    routed = [route.function for api in application.apis for route in api.routes]
    urls = [url.function for url in application.function_urls]
    return [name for name in dict.fromkeys([*routed, *urls]) if name is not None]


def made_up_keys(application: Application) -> Iterator[ApiKey]:
    """Yield the API keys whose values nobody knows from the template."""
    keys = (key for api in application.apis if isinstance(api, RestApi) for key in api.api_keys)
    return (key for key in dict.fromkeys(keys) if not key.is_given)


def open_port(
    plan: PortPlan, functions: HttpInvoker, options: DoorOptions, *, region: str
) -> Interface:
    """Return what answers on the port of a plan. Raises TemplateError for equal routes."""
    if plan.function_url is not None:
        responder = FunctionUrlResponder(plan.function_url, functions, region=region)
        return Door(responder, observe=options.observe)
    doors = [_open(api, functions, options, region) for api in plan.apis]
    return doors[0].door if len(doors) == 1 else SharedPort(doors)


def open_first(application: Application, functions: HttpInvoker, options: DoorOptions) -> Interface:
    """Return what answers on the first port, for those who need no other."""
    plan = plan_ports(application, 0)[0]
    return open_port(plan, functions, options, region=application.region)


def _open(api: Api, functions: HttpInvoker, options: DoorOptions, region: str) -> ApiDoor:
    tokens = JwtAuthorizers(options.tokens, optional=options.tokens_optional)
    authorizers = Authorizers(LambdaAuthorizers(functions), tokens)
    if isinstance(api, RestApi):
        rest_api = RestApiResponder(
            api, functions, authorizers, region=region, services=options.services
        )
        return ApiDoor(Door(rest_api, observe=options.observe), rest_api.serves)
    http_api = HttpApiResponder(
        api, functions, authorizers, region=region, services=options.services
    )
    return ApiDoor(Door(http_api, observe=options.observe), http_api.serves)


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
