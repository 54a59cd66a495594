"""Opens the doors of an application: who answers on each of its ports."""

from dataclasses import dataclass

from samulator.http.authorizers.authorize import Authorizers
from samulator.http.authorizers.jwt_authorizer import JwtAuthorizers, TokenReader
from samulator.http.authorizers.lambda_authorizer import LambdaAuthorizers
from samulator.http.function_url.responder import FunctionUrlResponder
from samulator.http.gateway.door import Door
from samulator.http.gateway.exchange import Observe
from samulator.http.gateway.invoking import HttpInvoker
from samulator.http.gateway.shared_port import ApiDoor, SharedPort
from samulator.http.http_api.responder import HttpApiResponder
from samulator.http.plan import PortPlan, plan_ports
from samulator.http.rest_api.responder import RestApiResponder
from samulator.http.server.server import Interface
from samulator.http.services.local_services import LocalServices
from samulator.template.model import Application
from samulator.template.model_http import Api, RestApi


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
