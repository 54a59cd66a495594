"""Reads everything of a template that answers HTTP: APIs of three kinds and function URLs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from samulator.template.function_url import FUNCTION_URL, read_function_url
from samulator.template.http_api import HTTP_API, is_websocket, read_http_api
from samulator.template.invoked_function import InvokedFunctions
from samulator.template.model import Function, Resource
from samulator.template.model_http import Api, FunctionUrl, NotServed
from samulator.template.model_web_socket import WebSocketApi
from samulator.template.related import Related
from samulator.template.rest_api import REST_API, read_rest_api
from samulator.template.web_socket_api import read_web_socket_api

# What belongs to one of them and is read with it.
DOOR_TYPES = frozenset(
    {
        *(REST_API, HTTP_API, FUNCTION_URL),
        *(f"AWS::ApiGateway::{kind}" for kind in ("Authorizer", "Deployment", "GatewayResponse")),
        *(f"AWS::ApiGateway::{kind}" for kind in ("Method", "Resource", "Stage")),
        *(f"AWS::ApiGateway::{kind}" for kind in ("ApiKey", "UsagePlan", "UsagePlanKey")),
        *(f"AWS::ApiGatewayV2::{kind}" for kind in ("Authorizer", "Deployment", "Integration")),
        *(f"AWS::ApiGatewayV2::{kind}" for kind in ("Route", "RouteResponse", "Stage")),
        *(f"AWS::ApiGatewayV2::{kind}" for kind in ("IntegrationResponse", "Model")),
    }
)


@dataclass(frozen=True)
class Doors:
    """What answers HTTP, in the template's order, and what of it does not, a line each."""

    apis: tuple[Api, ...] = ()
    function_urls: tuple[FunctionUrl, ...] = ()
    web_socket_apis: tuple[WebSocketApi, ...] = ()
    warnings: tuple[str, ...] = ()


def read_doors(resources: Mapping[str, Resource], functions: Mapping[str, Function]) -> Doors:
    """Read the plain resources of a template. Raises TemplateError."""
    related = Related(resources)
    invoked = InvokedFunctions(functions)
    apis: list[Api] = []
    urls: list[FunctionUrl] = []
    sockets: list[WebSocketApi] = []
    warnings: list[str] = []
    for resource in resources.values():
        said: list[str] = []
        if resource.type == REST_API:
            rest_api, said = read_rest_api(resource, related, invoked)
            apis.append(rest_api)
        elif resource.type == HTTP_API and is_websocket(resource):
            socket, said = read_web_socket_api(resource, related, invoked)
            sockets.append(socket)
        elif resource.type == HTTP_API:
            http_api, said = read_http_api(resource, related, invoked)
            apis.append(http_api)
        elif resource.type == FUNCTION_URL:
            url, said = read_function_url(resource, invoked)
            urls += [] if url is None else [url]
        warnings += said
    left_out = (*_not_served(apis), *_let_in(apis), *_further_stages(apis, related))
    return Doors(tuple(apis), tuple(urls), tuple(sockets), (*warnings, *left_out))


def _let_in(apis: list[Api]) -> Iterator[str]:
    for api in apis:
        if keyed := [route.key for route in api.routes if route.guard.iam]:
            more = f" and {len(keyed) - 1} more" if len(keyed) > 1 else ""
            yield f"{api.id}: AWS_IAM of {keyed[0]}{more} lets everybody on this machine in"


def _further_stages(apis: list[Api], related: Related) -> Iterator[str]:
    for kind, key in (
        ("AWS::ApiGateway::Stage", "RestApiId"),
        ("AWS::ApiGatewayV2::Stage", "ApiId"),
    ):
        for api in apis:
            for stage in related.referring(kind, key, api.id):
                name = stage.properties.get("StageName")
                if name != api.stage:
                    yield f"{api.id}: stage {name} does not answer here, {api.stage} does"


def _not_served(apis: list[Api]) -> Iterator[str]:
    for api in apis:
        for route in api.routes:
            if isinstance(route.integration, NotServed):
                yield f"{api.id}: {route.key} answers 501 here: {route.integration.reason}"
