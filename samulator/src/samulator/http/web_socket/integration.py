"""Carries out what stands behind a route of a WebSocket API."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from samulator.http.gateway.invoking import (
    FunctionFailed,
    HttpInvoker,
    NoResult,
    TimedOut,
    run,
    trace_of,
)
from samulator.http.gateway.response import (
    MalformedResponse,
    parse_result,
    read_status,
    read_text,
    short,
)
from samulator.http.mapping.variables import MappingFailed, MappingSource
from samulator.http.services.local_services import (
    LocalServices,
    ServiceAnswer,
    ServiceUnreachable,
)
from samulator.http.services.rest_integration import (
    UnsupportedMediaType,
    asked_service,
    mapped_request,
    mapped_response,
)
from samulator.http.services.service_request import UnknownService
from samulator.template.model_http import (
    Integration,
    LambdaCustom,
    LambdaProxy,
    MappedMock,
    NotServed,
)
from samulator.template.model_service import MappedResponse, ServiceAction

_INTERNAL = "Internal server error"
_TIMED_OUT = "Endpoint request timed out"
_STATUS = re.compile(r"""["']?statusCode["']?\s*:\s*["']?(\d{3})""")
_PROTOCOL = "sec-websocket-protocol"


@dataclass(frozen=True)
class Outcome:
    """What came of a route: a status, the text for a route response, the protocol for $connect."""

    status: int
    text: str = ""
    protocol: str | None = None


class NotIntegrated(Exception):
    """The gateway answers itself: `told` is for the client, the message for people.

    `status` is what it refuses a connection with.
    """

    def __init__(self, problem: str, told: str = _INTERNAL, status: int = 502) -> None:
        super().__init__(problem)
        self.told = told
        self.status = status


class Integrations:
    """The integrations of one API: functions, services of AWS, and mocks."""

    def __init__(self, functions: HttpInvoker, services: LocalServices | None) -> None:
        self._functions = functions
        self._services = services

    async def carry_out(self, integration: Integration, event: Mapping[str, Any]) -> Outcome:
        """Return what came of it. Raises NotIntegrated."""
        try:
            return await self._ask(integration, event)
        except TimedOut as error:
            raise NotIntegrated(str(error), _TIMED_OUT, 504) from error
        except (NoResult, FunctionFailed, MalformedResponse) as error:
            raise NotIntegrated(str(error)) from error
        except (MappingFailed, UnknownService, ServiceUnreachable) as error:
            raise NotIntegrated(str(error), status=500) from error
        except UnsupportedMediaType as error:
            raise NotIntegrated(str(error), "Unsupported Media Type", 415) from error

    async def _ask(self, integration: Integration, event: Mapping[str, Any]) -> Outcome:
        match integration:
            case LambdaProxy():
                return _read(await self._run(integration, event))
            case LambdaCustom(mapped=mapped):
                source = _source(event)
                payload = mapped_request(mapped, source).text.encode() or b"{}"
                return await self._custom(integration, payload, source)
            case MappedMock(mapped=mapped):
                source = _source(event)
                said = _STATUS.search(mapped_request(mapped, source).text)
                if said is None:
                    raise NotIntegrated("the request template of the mock names no statusCode")
                answer = ServiceAnswer(int(said[1]), {}, "")
                return _mapped(mapped.responses, answer, source)
            case ServiceAction():
                return await self._service(integration, _source(event))
            case NotServed(reason=reason):
                raise NotIntegrated(reason)
        raise NotIntegrated("of no known kind")

    async def _run(self, integration: LambdaProxy, event: Mapping[str, Any]) -> bytes:
        payload = json.dumps(event, separators=(",", ":")).encode()
        return await run(
            self._functions, integration.reference, payload, integration.timeout, trace_of(event)
        )

    async def _custom(
        self, integration: LambdaCustom, payload: bytes, source: MappingSource
    ) -> Outcome:
        result = await run(self._functions, integration.reference, payload, integration.timeout)
        answer = ServiceAnswer(200, {}, result.decode(errors="replace"))
        return _mapped(integration.mapped.responses, answer, source)

    async def _service(self, action: ServiceAction, source: MappingSource) -> Outcome:
        if self._services is None:
            raise UnknownService("no services of AWS run here")
        answer = await asked_service(self._services, action, source)
        return _mapped(action.mapped.responses, answer, source)


def _mapped(
    responses: tuple[MappedResponse, ...], answer: ServiceAnswer, source: MappingSource
) -> Outcome:
    """The status is the integration's own: responses of WebSocket APIs have none."""
    response = mapped_response(responses, answer, source)
    return Outcome(answer.status, response.body.decode(errors="replace"))


def _read(payload: bytes) -> Outcome:
    """Read what a function of a proxy integration returned. Raises MalformedResponse."""
    result = parse_result(payload)
    if not isinstance(result, dict) or "statusCode" not in result:
        raise MalformedResponse(f"the function returned {short(result)}, without a statusCode")
    headers = result.get("headers") or {}
    if not isinstance(headers, dict):
        raise MalformedResponse(f"the function returned headers {short(headers)}")
    named = {str(name).lower(): str(value) for name, value in headers.items()}
    return Outcome(read_status(result["statusCode"]), read_text(result), named.get(_PROTOCOL))


def _source(event: Mapping[str, Any]) -> MappingSource:
    return MappingSource(
        event.get("body") or "",
        parameters={
            "querystring": event.get("queryStringParameters") or {},
            "header": event.get("headers") or {},
        },
        context=event["requestContext"],
        stage_variables=event.get("stageVariables") or {},
    )
