"""Answers the routes of an HTTP API."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from urllib.parse import unquote

from aiohttp import web

from samulator.http.authorizers.authorize import Authorizers
from samulator.http.authorizers.context import http_api_context
from samulator.http.authorizers.decision import Asked, Denied, Grant, GrantedBy, Refusal
from samulator.http.authorizers.iam import iam_context
from samulator.http.gateway import result_v1, result_v2
from samulator.http.gateway.cors import allows_origin, answer_preflight, apply_cors
from samulator.http.gateway.invoking import (
    FunctionFailed,
    HttpInvoker,
    NoResult,
    RequestTooLarge,
    run,
    trace_of,
)
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import (
    ALLOWED,
    BODY_LIMIT,
    HEAD_LIMIT,
    OF_THE_CONNECTION,
    HttpRequest,
    head_size,
    new_request_id,
    target_of,
)
from samulator.http.gateway.response import HttpResponse, MalformedResponse, message
from samulator.http.gateway.routes import RouteTable
from samulator.http.http_api.routed import Routed
from samulator.http.mapping.variables import MappingFailed
from samulator.http.server.origin import OriginPolicy, is_local_origin
from samulator.http.services.http_api_integration import ask_by_subtype
from samulator.http.services.local_services import LocalServices, ServiceUnreachable
from samulator.http.services.rest_integration import event_source, request_value
from samulator.http.services.service_request import UnknownService
from samulator.template.model_http import OPEN, HttpApi, LambdaProxy, NotServed
from samulator.template.model_service import ServiceSubtype

# What an HTTP API answers where nobody gets in.
_DENIALS = {
    Refusal.UNAUTHORIZED: (401, "Unauthorized"),
    Refusal.ACCESS_DENIED: (403, "Forbidden"),
    Refusal.EXPLICITLY_DENIED: (403, "Forbidden"),
    Refusal.INVALID_API_KEY: (403, "Forbidden"),
    Refusal.AUTHORIZER_FAILURE: (500, "Internal Server Error"),
    Refusal.AUTHORIZER_CONFIGURATION_ERROR: (500, "Internal Server Error"),
}


class HttpApiResponder:
    """One HTTP API.

    A page of another origin is let in where the template's CorsConfiguration names that origin:
    nothing else guards the data of this machine, which a deployed API keeps behind credentials.
    """

    body_limit = BODY_LIMIT

    def __init__(
        self,
        api: HttpApi,
        functions: HttpInvoker,
        authorizers: Authorizers,
        *,
        region: str,
        services: LocalServices | None = None,
    ) -> None:
        """Raises TemplateError when two routes are the same."""
        self._services = services
        self._routes = RouteTable(api.routes)
        self._cors = api.cors
        self._functions = functions
        self._authorizers = authorizers
        self._place = Place(api.id, api.stage, api.stage_variables, region)
        self.policy = OriginPolicy(allows_origin=self._allows, links=True)
        self.new_id: Callable[[], str] = new_request_id

    def early(self, request: web.BaseRequest, _request_id: str) -> HttpResponse | None:
        """Answer what API Gateway lets nobody's function see, and preflight requests."""
        if (size := head_size(request)) > HEAD_LIMIT:
            problem = f"{size} bytes of request line and header values, of at most {HEAD_LIMIT}"
            return message(431, "Request Header Fields Too Large", problem)
        if request.method in OF_THE_CONNECTION:
            refused = message(405, "Method Not Allowed")
            return replace(refused, headers=[*refused.headers, ("allow", ALLOWED)])
        if request.method != "OPTIONS" or self._is_guarded(request):
            return None
        return self._preflight(request.headers.items())

    async def respond(
        self, request: HttpRequest, request_id: str
    ) -> tuple[str | None, HttpResponse]:
        """Answer the request by its route."""
        match = self._routes.match(request.method, request.path)
        if match is None:
            return None, message(404, "Not Found")
        routed = Routed(request, match, self._place, request_id)
        try:
            grant = await self._authorize(routed)
        except Denied as denied:
            return None, _denial(denied)
        if request.method == "OPTIONS" and (answered := self._preflight(request.headers)):
            return None, answered
        integration = match.route.integration
        if isinstance(integration, LambdaProxy):
            return integration.function, await self._invoke(routed, integration, grant)
        if isinstance(integration, ServiceSubtype):
            return None, await self._ask(routed, integration, grant)
        reason = integration.reason if isinstance(integration, NotServed) else "of no known kind"
        return None, message(501, "Not Implemented", reason)

    def word(self, status: HTTPStatus, problem: str, _request_id: str) -> HttpResponse:
        """Word what reaches no route."""
        return message(status, status.phrase, problem)

    def finish(self, response: HttpResponse, method: str, origin: str | None) -> None:
        """Set the CORS headers of the API."""
        if self._cors is not None and method != "OPTIONS":
            apply_cors(self._cors, origin, response)

    def ids(self, request_id: str) -> dict[str, str]:
        """Return the id by which API Gateway's logs have the request."""
        return {"apigw-requestid": request_id}

    def serves(self, method: str, path: str) -> bool:
        """Whether a request, its path as sent, has a route or is a preflight request for one."""
        plain = unquote(path)
        if self._routes.match(method, plain) is not None:
            return True
        return method == "OPTIONS" and self._cors is not None and self._routes.has_path(plain)

    def _is_guarded(self, request: web.BaseRequest) -> bool:
        """Whether a preflight request has to pass an authorizer.

        An HTTP API answers it itself but where a route takes it, as ANY and $default do: AWS tells
        to add a route of OPTIONS without authorization there.
        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
        """
        path = unquote(target_of(request.raw_path).partition("?")[0]).partition("?")[0]
        match = self._routes.match("OPTIONS", path)
        return match is not None and match.route.guard.authorizer is not None

    def _preflight(self, headers: Iterable[tuple[str, str]]) -> HttpResponse | None:
        if self._cors is None:
            return None
        return answer_preflight(
            self._cors, "OPTIONS", {name.lower(): value for name, value in headers}
        )

    def _allows(self, origin: str) -> bool:
        allowed = self._cors is not None and allows_origin(self._cors, origin)
        return allowed or is_local_origin(origin)

    async def _authorize(self, routed: Routed) -> Grant | None:
        guard = routed.match.route.guard
        if guard is OPEN:
            return None
        if guard.iam:
            return Grant(GrantedBy.IAM, iam_context(routed.request))
        asked = Asked(
            routed.request,
            self._place,
            routed.request.path,
            routed.match.route_key,
            partial(routed.event),
        )
        return await self._authorizers.authorize(guard, asked)

    async def _ask(
        self, routed: Routed, integration: ServiceSubtype, grant: Grant | None
    ) -> HttpResponse:
        event = routed.event("1.0")
        if grant is not None and (shown := http_api_context(grant, "1.0")):
            event["requestContext"]["authorizer"] = shown
        body = routed.request.body.decode("utf-8", errors="replace")
        source = event_source(event, body)
        try:
            if self._services is None:
                raise UnknownService("no services of AWS run here")
            return await ask_by_subtype(
                self._services, integration, lambda told: request_value(told, source)
            )
        except MappingFailed as error:
            return message(400, "Bad Request", str(error))
        except (UnknownService, ServiceUnreachable) as error:
            return message(500, "Internal Server Error", str(error))

    async def _invoke(
        self, routed: Routed, integration: LambdaProxy, grant: Grant | None
    ) -> HttpResponse:
        event = routed.event(integration.payload)
        if grant is not None and (shown := http_api_context(grant, integration.payload)):
            event["requestContext"]["authorizer"] = shown
        payload = json.dumps(event, separators=(",", ":")).encode()
        try:
            result = await run(
                self._functions,
                integration.reference,
                payload,
                integration.timeout,
                trace_of(event),
            )
            if integration.payload == "2.0":
                return result_v2.read_response(result)
            return result_v1.read_response(result)
        except RequestTooLarge as error:
            return message(413, "Request Entity Too Large", str(error))
        except NoResult as error:
            return message(503, "Service Unavailable", str(error))
        except (FunctionFailed, MalformedResponse) as error:
            return message(500, "Internal Server Error", str(error))


def _denial(denied: Denied) -> HttpResponse:
    response = message(*_DENIALS[denied.refusal], str(denied))
    if denied.challenge or response.status == HTTPStatus.UNAUTHORIZED:
        challenge = f"Bearer {denied.challenge}".strip()
        response.headers.append(("www-authenticate", challenge))
    return response
