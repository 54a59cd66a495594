"""Answers the methods of a REST API that map requests: for services of AWS, or for functions."""

import json
import re

from samulator.http.gateway.response import HttpResponse
from samulator.http.mapping.variables import MappingFailed, MappingSource
from samulator.http.rest_api.gateway_responses import ResponseType
from samulator.http.services.local_services import (
    LocalServices,
    ServiceAnswer,
    ServiceUnreachable,
)
from samulator.http.services.rest_integration import (
    UnsupportedMediaType,
    ask_service,
    mapped_request,
    mapped_response,
)
from samulator.http.services.service_request import UnknownService
from samulator.template.model_service import Mapped, ServiceAction

_STATUS = re.compile(r"""["']?statusCode["']?\s*:\s*["']?(\d{3})""")


class NotIntegrated(Exception):
    """The service gave no answer; `kind` is what the gateway says instead."""

    def __init__(self, kind: ResponseType, problem: str) -> None:
        super().__init__(problem)
        self.kind = kind


async def answer_by_service(
    services: LocalServices | None, action: ServiceAction, source: MappingSource
) -> HttpResponse:
    """Return the mapped answer of the service. Raises NotIntegrated."""
    try:
        if services is None:
            raise UnknownService("no services of AWS run here")
        return await ask_service(services, action, source)
    except UnsupportedMediaType as error:
        raise NotIntegrated(ResponseType.UNSUPPORTED_MEDIA_TYPE, str(error)) from error
    except MappingFailed as error:
        raise NotIntegrated(ResponseType.API_CONFIGURATION_ERROR, str(error)) from error
    except UnknownService as error:
        raise NotIntegrated(ResponseType.INTEGRATION_FAILURE, str(error)) from error
    except ServiceUnreachable as error:
        raise NotIntegrated(ResponseType.INTEGRATION_FAILURE, str(error)) from error


def map_request(mapped: Mapped, source: MappingSource) -> bytes:
    """Return what a function of a custom integration gets. Raises NotIntegrated."""
    try:
        return mapped_request(mapped, source).text.encode() or b"{}"
    except UnsupportedMediaType as error:
        raise NotIntegrated(ResponseType.UNSUPPORTED_MEDIA_TYPE, str(error)) from error
    except MappingFailed as error:
        raise NotIntegrated(ResponseType.API_CONFIGURATION_ERROR, str(error)) from error


def answer_by_mock(mapped: Mapped, source: MappingSource) -> HttpResponse:
    """Return the response that the request template's statusCode selects. Raises NotIntegrated."""
    said = _STATUS.search(map_request(mapped, source).decode())
    if said is None:
        problem = "the request template of the mock names no statusCode"
        raise NotIntegrated(ResponseType.API_CONFIGURATION_ERROR, problem)
    try:
        return mapped_response(mapped.responses, ServiceAnswer(int(said[1]), {}, ""), source)
    except MappingFailed as error:
        raise NotIntegrated(ResponseType.API_CONFIGURATION_ERROR, str(error)) from error


def map_result(
    mapped: Mapped, result: bytes, source: MappingSource, *, failed: bool
) -> HttpResponse:
    """Return the answer made of what the function returned, or of its error.

    Raises NotIntegrated.
    """
    answer = ServiceAnswer(200, {}, result.decode(errors="replace"))
    try:
        return mapped_response(
            mapped.responses, answer, source, _error_message(answer.body) if failed else ""
        )
    except MappingFailed as error:
        raise NotIntegrated(ResponseType.API_CONFIGURATION_ERROR, str(error)) from error


def _error_message(payload: str) -> str:
    try:
        return str(json.loads(payload).get("errorMessage", ""))
    except (ValueError, AttributeError):
        return ""
