"""Carries out the first-class integrations of HTTP APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from samulator.http.gateway.response import HttpResponse
from samulator.http.services.local_services import LocalServices
from samulator.http.services.service_request import (
    ServiceRequest,
    UnknownService,
    finish,
    service_request,
)
from samulator.template.model_service import ServiceSubtype

Find = Callable[[str], str | None]

# Service and action of each, as its requests name them.
SUBTYPES: Mapping[str, tuple[str, str]] = {
    "EventBridge-PutEvents": ("events", "PutEvents"),
    "Kinesis-PutRecord": ("kinesis", "PutRecord"),
    "SQS-DeleteMessage": ("sqs", "DeleteMessage"),
    "SQS-PurgeQueue": ("sqs", "PurgeQueue"),
    "SQS-ReceiveMessage": ("sqs", "ReceiveMessage"),
    "SQS-SendMessage": ("sqs", "SendMessage"),
    "StepFunctions-StartExecution": ("states", "StartExecution"),
    "StepFunctions-StartSyncExecution": ("states", "StartSyncExecution"),
    "StepFunctions-StopExecution": ("states", "StopExecution"),
}
# Parameters of PutEvents belong to the one entry, the others to the call.
_OF_ENTRY = {"Detail", "DetailType", "EventBusName", "Resources", "Source", "Time", "TraceHeader"}
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


async def ask_by_subtype(
    services: LocalServices, integration: ServiceSubtype, find: Find
) -> HttpResponse:
    """Return the client's answer: the service's own, as it is.

    `find` gives the value of e.g. "request.body.name" or "context.requestId". Raises
    UnknownService and ServiceUnreachable.
    """
    request = _request(integration, find)
    answer = await services.ask(finish(request), integration.timeout)
    content_type = answer.headers.get("content-type", "application/json")
    shown = "application/json" if "x-amz-json" in content_type else content_type
    return HttpResponse(answer.status, [("content-type", shown)], answer.body.encode())


def _request(integration: ServiceSubtype, find: Find) -> ServiceRequest:
    known = SUBTYPES.get(integration.subtype)
    if known is None:
        raise UnknownService(f"integrationSubtype {integration.subtype} is not made here")
    values = {
        name: value
        for name, told in integration.parameters.items()
        if (value := parameter_value(told, find)) is not None
    }
    service, action = known
    request = service_request(service, f"action/{action}", "POST")
    if service == "sqs":
        request.query.update(values)
    else:
        request.body = json.dumps(_body(action, values))
    return request


def parameter_value(told: str, find: Find) -> str | None:
    """Return the value of one parameter: a variable, a text with variables in it, or a text."""
    if told.startswith("$") and not told.startswith("${"):
        return find(told[1:])
    return _VARIABLE.sub(lambda found: find(found[1]) or "", told)


def _body(action: str, values: dict[str, str]) -> dict[str, Any]:
    values.pop("Region", None)
    if action == "PutEvents":
        entry: dict[str, Any] = {name: values[name] for name in _OF_ENTRY & values.keys()}
        if "Resources" in entry:
            entry["Resources"] = [item.strip() for item in entry["Resources"].split(",")]
        return {"Entries": [entry]}
    if action == "PutRecord":
        # As with boto3 the data is bytes, which JSON has in base64.
        return {**values, "Data": _base64(values.get("Data", ""))}
    return {name[0].lower() + name[1:]: value for name, value in values.items()}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
