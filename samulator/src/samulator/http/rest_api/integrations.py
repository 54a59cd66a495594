"""What stands behind the methods of a REST API."""

import json
from typing import Any

from samulator.http.authorizers.decision import Grant
from samulator.http.gateway.invoking import (
    FunctionFailed,
    HttpInvoker,
    NoResult,
    RequestTooLarge,
    TimedOut,
    run,
    trace_of,
)
from samulator.http.gateway.response import HttpResponse, MalformedResponse, message
from samulator.http.mapping.variables import MappingSource
from samulator.http.rest_api.binary import event_body, takes_bytes
from samulator.http.rest_api.gateway_responses import ResponseType
from samulator.http.rest_api.response import read_rest_response
from samulator.http.rest_api.routed import Routed
from samulator.http.rest_api.service import (
    NotIntegrated,
    answer_by_mock,
    answer_by_service,
    map_request,
    map_result,
)
from samulator.http.services.local_services import LocalServices
from samulator.http.services.rest_integration import event_source
from samulator.template.model_http import (
    LambdaCustom,
    LambdaProxy,
    MappedMock,
    Mock,
    NotServed,
    RestApi,
)
from samulator.template.model_service import ServiceAction, ServiceSubtype


class Integrations:
    """The integrations of one API: functions, services of AWS, and what it answers by itself."""

    def __init__(
        self, api: RestApi, functions: HttpInvoker, services: LocalServices | None
    ) -> None:
        self._api = api
        self._functions = functions
        self._services = services

    async def answer(self, routed: Routed, grant: Grant, milliseconds: int) -> HttpResponse:
        """Return the answer; `milliseconds` is how long the authorizer took.

        Raises NotIntegrated.
        """
        integration = routed.match.route.integration
        match integration:
            case Mock():
                headers = [("Content-Type", "application/json"), *integration.headers]
                return HttpResponse(integration.status, headers, integration.body.encode())
            case NotServed():
                return message(501, "Not Implemented", integration.reason)
            case ServiceSubtype():
                return message(501, "Not Implemented", "only HTTP APIs have subtypes")
        event = self._event(routed, grant, milliseconds)
        if isinstance(integration, LambdaProxy):
            return await self._pass_on(routed, integration, event)
        source = event_source(event, routed.request.body.decode("utf-8", errors="replace"))
        if isinstance(integration, MappedMock):
            return answer_by_mock(integration.mapped, source)
        if isinstance(integration, ServiceAction):
            return await answer_by_service(self._services, integration, source)
        return await self._map(integration, source)

    def _event(self, routed: Routed, grant: Grant, milliseconds: int) -> dict[str, Any]:
        event = routed.granted_event(grant, milliseconds)
        request = routed.request
        event["body"], event["isBase64Encoded"] = event_body(
            request.body, request.header("content-type"), self._api.binary_media_types
        )
        return event

    async def _pass_on(
        self, routed: Routed, integration: LambdaProxy, event: dict[str, Any]
    ) -> HttpResponse:
        """A proxy integration: the whole request, and the whole answer."""
        payload = json.dumps(event, separators=(",", ":")).encode()
        try:
            result = await self._run(integration, payload, trace_of(event))
            accept = routed.request.header("accept")
            decodes = takes_bytes(accept, self._api.binary_media_types)
            return read_rest_response(result, decodes=decodes)
        except (FunctionFailed, MalformedResponse) as error:
            raise NotIntegrated(ResponseType.INTEGRATION_FAILURE, str(error)) from error

    async def _map(self, integration: LambdaCustom, source: MappingSource) -> HttpResponse:
        """A custom integration: both ways by mapping templates."""
        payload = map_request(integration.mapped, source)
        try:
            result = await self._run(integration, payload)
        except FunctionFailed as error:
            return map_result(integration.mapped, error.payload, source, failed=True)
        return map_result(integration.mapped, result, source, failed=False)

    async def _run(
        self, integration: LambdaProxy | LambdaCustom, payload: bytes, trace: str | None = None
    ) -> bytes:
        """Raises FunctionFailed, and NotIntegrated where there is no result."""
        try:
            return await run(
                self._functions, integration.reference, payload, integration.timeout, trace
            )
        except RequestTooLarge as error:
            raise NotIntegrated(ResponseType.REQUEST_TOO_LARGE, str(error)) from error
        except TimedOut as error:
            raise NotIntegrated(ResponseType.INTEGRATION_TIMEOUT, str(error)) from error
        except NoResult as error:
            raise NotIntegrated(ResponseType.INTEGRATION_FAILURE, str(error)) from error
