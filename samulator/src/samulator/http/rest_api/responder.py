"""Answers the methods of a REST API."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from aiohttp import web

from samulator.http.authorizers.api_keys import ApiKeys
from samulator.http.authorizers.authorize import NOBODY, Authorizers
from samulator.http.authorizers.decision import Asked, Denied, Grant
from samulator.http.gateway import payload_v1
from samulator.http.gateway.invoking import (
    HttpInvoker,
)
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import (
    BODY_LIMIT,
    HEAD_LIMIT,
    OF_THE_CONNECTION,
    HttpRequest,
    head_size,
    new_request_id,
    new_trace_id,
)
from samulator.http.gateway.response import HttpResponse, message
from samulator.http.gateway.routes import ResourceTable
from samulator.http.rest_api.gateway_responses import ResponseType, gateway_response
from samulator.http.rest_api.gateway_variables import gateway_variables
from samulator.http.rest_api.integrations import Integrations
from samulator.http.rest_api.routed import Routed
from samulator.http.rest_api.service import NotIntegrated
from samulator.http.rest_api.validation import InvalidRequest, validate
from samulator.http.server.origin import OriginPolicy, is_local_origin
from samulator.http.services.local_services import LocalServices
from samulator.template.model_http import Mock, RestApi

_ALLOW_ORIGIN = "access-control-allow-origin"


class RestApiResponder:
    """One REST API, at the root of its port as `sam local start-api` has it.

    A page of another origin is let in where a preflight answer of the template names it.
    """

    body_limit = BODY_LIMIT

    def __init__(
        self,
        api: RestApi,
        functions: HttpInvoker,
        authorizers: Authorizers,
        *,
        region: str,
        services: LocalServices | None = None,
    ) -> None:
        """Raises TemplateError when two methods are the same."""
        self._api = api
        self._resources = ResourceTable(api.routes)
        self._integrations = Integrations(api, functions, services)
        self._authorizers = authorizers
        self._place = Place(api.id, api.stage, api.stage_variables, region)
        self._keys = ApiKeys(api)
        self._origins = {*_origins(api)}
        self.policy = OriginPolicy(allows_origin=self._allows, links=True)
        self.new_id: Callable[[], str] = payload_v1.new_uuid

    def early(self, request: web.BaseRequest, request_id: str) -> HttpResponse | None:
        """Answer what API Gateway lets nobody's function see."""
        if (size := head_size(request)) > HEAD_LIMIT:
            problem = f"{size} bytes of request line and header values, of at most {HEAD_LIMIT}"
            return message(431, "Request Header Fields Too Large", problem)
        if request.method in OF_THE_CONNECTION:
            kind = ResponseType.MISSING_AUTHENTICATION_TOKEN
            problem = f"{request.method} is no method of an API"
            return self._own(kind, self._known(request_id), problem)
        return None

    async def respond(
        self, request: HttpRequest, request_id: str
    ) -> tuple[str | None, HttpResponse]:
        """Answer the request by its method."""
        match = self._resources.match(request.method, request.raw_path)
        if match is None:
            kind = ResponseType.MISSING_AUTHENTICATION_TOKEN
            problem = f"{self._api.id} has no {request.method} {request.raw_path}"
            target = payload_v1.Target(request.raw_path, "", "", {})
            event = payload_v1.build_event(request, self._place, target, request_id)
            return None, self._own(kind, gateway_variables(event), problem)
        routed = Routed(request, match, self._place, request_id)
        started = time.perf_counter()
        try:
            grant = await self._authorize(routed)
        except Denied as denied:
            kind = ResponseType[denied.refusal.name]
            return None, self._own(kind, gateway_variables(routed.event()), str(denied))
        milliseconds = int((time.perf_counter() - started) * 1000)
        try:
            validate(request, match.path_parameters, match.route.validation)
        except InvalidRequest as invalid:
            return None, self._invalid(invalid, gateway_variables(routed.event()))
        try:
            response = await self._integrations.answer(routed, grant, milliseconds)
        except NotIntegrated as error:
            response = self._own(error.kind, gateway_variables(routed.event()), str(error))
        return match.route.function, response

    def word(self, status: HTTPStatus, problem: str, request_id: str) -> HttpResponse:
        """Word what reaches no method."""
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return self._own(ResponseType.REQUEST_TOO_LARGE, self._known(request_id), problem)
        return message(status, status.phrase, problem)

    def finish(self, response: HttpResponse, method: str, origin: str | None) -> None:
        """Do nothing: a REST API's CORS headers are those of its methods."""

    def ids(self, request_id: str) -> dict[str, str]:
        """Return the ids by which API Gateway's logs and X-Ray have the request."""
        return {
            "x-amzn-RequestId": request_id,
            "x-amz-apigw-id": new_request_id(),
            "X-Amzn-Trace-Id": new_trace_id(),
        }

    def serves(self, method: str, path: str) -> bool:
        """Whether a request has a method."""
        return self._resources.match(method, path) is not None

    def _allows(self, origin: str) -> bool:
        return "*" in self._origins or origin in self._origins or is_local_origin(origin)

    async def _authorize(self, routed: Routed) -> Grant:
        route = routed.match.route
        grant = NOBODY
        if route.guard.authorizer is not None:
            path = routed.request.raw_path
            asked = Asked(routed.request, self._place, path, route.key, routed.event)
            grant = await self._authorizers.authorize(route.guard, asked)
        if route.guard.api_key:
            self._keys.check(routed.request, grant)
        return grant

    def _own(self, kind: ResponseType, variables: Mapping[str, str], problem: str) -> HttpResponse:
        return gateway_response(kind, self._api.gateway_responses, variables, problem)

    def _invalid(self, invalid: InvalidRequest, variables: Mapping[str, str]) -> HttpResponse:
        details = {"context.error.validationErrorString": invalid.details}
        return gateway_response(
            invalid.kind,
            self._api.gateway_responses,
            {**variables, **details},
            invalid.details,
            invalid.words,
        )

    def _known(self, request_id: str) -> dict[str, str]:
        """What is known of a request that is refused before all of it has come."""
        return {
            "context.requestId": request_id,
            "context.apiId": self._api.id,
            "context.stage": self._api.stage,
        }


def _origins(api: RestApi) -> list[str]:
    """Origins that the preflight answers of the template allow."""
    mocks = [each.integration for each in api.routes if isinstance(each.integration, Mock)]
    return [
        value for mock in mocks for name, value in mock.headers if name.lower() == _ALLOW_ORIGIN
    ]
