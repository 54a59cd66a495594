"""Carries out an AWS integration of a REST API: maps the request, asks, maps the answer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from samulator.http.gateway.response import HttpResponse
from samulator.http.mapping.render import Rendered, render_request, render_response
from samulator.http.mapping.variables import MappingSource, find_in_body
from samulator.http.services.local_services import LocalServices, ServiceAnswer
from samulator.http.services.service_request import ServiceRequest, finish, service_request
from samulator.http.services.xml_as_json import xml_as_json
from samulator.template.model import Value
from samulator.template.model_service import Mapped, MappedResponse, ServiceAction

_REQUEST = "integration.request."
_RESPONSE_HEADER = "method.response.header."
_JSON = "application/json"


class UnsupportedMediaType(Exception):
    """No template maps the request's media type, and it is not passed through."""


async def ask_service(
    services: LocalServices, action: ServiceAction, source: MappingSource
) -> HttpResponse:
    """Return the client's answer.

    Raises MappingFailed, UnsupportedMediaType, UnknownService and ServiceUnreachable.
    """
    answer = await asked_service(services, action, source)
    return mapped_response(action.mapped.responses, answer, source)


async def asked_service(
    services: LocalServices, action: ServiceAction, source: MappingSource
) -> ServiceAnswer:
    """Return the service's own answer to the mapped request. Raises what `ask_service` does."""
    rendered = mapped_request(action.mapped, source)
    request = service_request(action.service, action.path, action.method)
    request.body = rendered.text
    _apply(request, action.mapped.parameters, rendered, source)
    answer = await services.ask(finish(request), action.timeout)
    if "xml" in answer.headers.get("content-type", ""):
        return replace(answer, body=xml_as_json(answer.body))
    return answer


def mapped_request(mapped: Mapped, source: MappingSource) -> Rendered:
    """Return the body that the integration gets, by the template of the request's media type.

    Raises MappingFailed and UnsupportedMediaType.
    """
    headers = source.parameters.get("header", {})
    sent = next((text for name, text in headers.items() if name.lower() == "content-type"), _JSON)
    media_type = sent.partition(";")[0].strip().lower()
    template = mapped.templates.get(media_type, mapped.templates.get("$default"))
    if template is not None:
        return render_request(template, source)
    refuses = mapped.passthrough == "never" or (
        mapped.passthrough == "when_no_templates" and bool(mapped.templates)
    )
    if refuses:
        raise UnsupportedMediaType(f"no mapping template takes {media_type}")
    return Rendered(source.body)


def mapped_response(
    responses: tuple[MappedResponse, ...],
    answer: ServiceAnswer,
    source: MappingSource,
    selected_by: str | None = None,
) -> HttpResponse:
    """Return what the first response whose pattern matches makes of the answer.

    Patterns are matched with the answer's status, or with `selected_by`: the error of a function.
    Raises MappingFailed.
    """
    chosen = _chosen(responses, str(answer.status) if selected_by is None else selected_by)
    template = chosen.templates.get(_JSON) or next(iter(chosen.templates.values()), None)
    rendered = Rendered(answer.body)
    if template is not None:
        rendered = render_response(template, replace(source, body=answer.body))
    headers = {"Content-Type": _JSON}
    for name, told in chosen.parameters.items():
        value = _response_value(told, answer, source)
        if name.startswith(_RESPONSE_HEADER) and value is not None:
            headers[name.removeprefix(_RESPONSE_HEADER)] = value
    headers.update(rendered.headers)
    status = rendered.status or chosen.status
    return HttpResponse(status, list(headers.items()), rendered.text.encode())


def event_source(event: Mapping[str, Value], body: str) -> MappingSource:
    """Return what templates see of a request, by its event in payload format 1.0."""
    return MappingSource(
        body,
        parameters={
            "path": event["pathParameters"] or {},
            "querystring": event["queryStringParameters"] or {},
            "header": event["headers"],
        },
        context=event["requestContext"],
        stage_variables=event["stageVariables"] or {},
    )


def _chosen(responses: tuple[MappedResponse, ...], status: str) -> MappedResponse:
    for response in responses:
        if response.pattern and re.fullmatch(response.pattern, status):
            return response
    return next((each for each in responses if not each.pattern), MappedResponse())


def _apply(
    request: ServiceRequest,
    parameters: Mapping[str, str],
    rendered: Rendered,
    source: MappingSource,
) -> None:
    for name, told in parameters.items():
        value = request_value(told, source)
        place, _, key = name.removeprefix(_REQUEST).partition(".")
        if value is None:
            continue
        if place == "header":
            request.headers[key.lower()] = value
        elif place == "querystring":
            request.query[key] = value
        elif place == "path":
            request.path = request.path.replace(f"{{{key}}}", value)
    request.headers.update({name.lower(): value for name, value in rendered.headers.items()})
    request.query.update(rendered.query)


def request_value(told: str, source: MappingSource) -> str | None:
    """Return what a request parameter's source stands for: 'text', or a place of the request."""
    if told.startswith("'") and told.endswith("'"):
        return told[1:-1]
    kind, _, rest = told.partition(".")
    if told in ("method.request.body", "request.body"):
        return source.body
    if kind == "context":
        return _shown(_at(source.context, rest))
    if kind == "stageVariables":
        return source.stage_variables.get(rest)
    place, _, name = rest.removeprefix("request.").partition(".")
    if place == "body":
        return _shown(find_in_body(source.body, f"$.{name}"))
    found = source.parameters.get(place.removeprefix("multivalue"), {})
    return next((value for key, value in found.items() if key.lower() == name.lower()), None)


def _response_value(told: str, answer: ServiceAnswer, source: MappingSource) -> str | None:
    kind, _, name = told.removeprefix("integration.response.").partition(".")
    if told.startswith("integration.response."):
        if kind == "header":
            return answer.headers.get(name.lower())
        return _shown(_at(_loaded(answer.body), name) if name else answer.body)
    return request_value(told, source)


def _at(value: Value, path: str) -> Value:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _loaded(text: str) -> Value:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _shown(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))
