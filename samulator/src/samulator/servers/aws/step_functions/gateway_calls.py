"""How tasks call APIs of the template: at their doors, WebSocket APIs where functions reach them.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html
"""

import http.client
import json
import re
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from samulator.servers.aws.eventbridge.http_target import LocalApis
from samulator.servers.aws.http_call import call

if TYPE_CHECKING:
    from requests import Response

_HOST = re.compile(r"([A-Za-z0-9]+)\.execute-api\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)")
_MODULE = (
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service."
    "state_task_service_api_gateway"
)
# moto leaves out all but the first two.
_PARAMETERS = frozenset(
    {
        *("ApiEndpoint", "Method", "Headers", "Stage", "Path", "QueryParameters"),
        *("RequestBody", "AllowNullValues", "AuthType"),
    }
)
_JSON = {"Content-Type": "application/json"}
# As long as API Gateway waits for an integration, and a little.
_SECONDS = 30


class UnknownEndpoint(Exception):
    """A task names a host that no API has."""


def call_apis_at(url: str, apis: LocalApis) -> None:
    """Have apigateway:invoke call `apis`, and WebSocket APIs at the port of functions at `url`.

    moto calls a server of LocalStack on the host that the task names, and fails at a failure.
    """
    moto: Any = import_module(_MODULE)
    service = moto.StateTaskServiceApiGateway

    def evaluate(task: Any, env: Any, **told: Any) -> None:  # noqa: ANN401 # moto's
        parameters: dict[str, Any] = told["normalised_parameters"]
        asked = parameters | {"Headers": joined(parameters.get("Headers") or {})}
        headers, body = task._headers_of(asked), None
        if "RequestBody" in parameters:
            body = json.dumps(parameters["RequestBody"]).encode()
            headers |= _JSON
        answer = call(
            parameters["Method"],
            local_url(url, apis, parameters),
            headers,
            body,
            seconds=_SECONDS,
        )
        if not answer.ok:
            raise moto.SfnGatewayException(parameters=parameters, response=answer)
        env.stack.append(output(answer))

    def failure(task: Any, env: Any, ex: Any) -> Any:  # noqa: ANN401 # moto's
        name, cause = type(ex).__name__, str(ex)
        if isinstance(ex, moto.SfnGatewayException):
            name, cause = str(ex.response.status_code), ex.response.text
        details = moto.TaskFailedEventDetails(
            error=f"ApiGateway.{name}",
            cause=cause,
            resource=task._get_sfn_resource(),
            resourceType=task._get_sfn_resource_type(),
        )
        return moto.FailureEvent(
            env,
            moto.CustomErrorName(f"ApiGateway.{name}"),
            moto.HistoryEventType.TaskFailed,
            moto.EventDetails(taskFailedEventDetails=details),
        )

    service._get_supported_parameters = lambda _task: _PARAMETERS
    service._eval_service_task = evaluate
    service._from_error = failure


def joined(headers: Mapping[str, Any]) -> dict[str, str]:
    """Return headers of a task, of which each may be a list of values, as they are sent."""
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in headers.items()
    }


def local_url(url: str, apis: LocalApis, parameters: Mapping[str, Any]) -> str:
    """Return where a task calls the API that its ApiEndpoint names. Raises UnknownEndpoint."""
    endpoint = str(parameters["ApiEndpoint"])
    parts = (parameters.get("Stage") or "", parameters.get("Path") or "")
    below = "".join(f"/{part.strip('/')}" for part in parts if part.strip("/"))
    # Each parameter has a list of values.
    query = urlencode(parameters.get("QueryParameters") or {}, doseq=True)
    below += f"?{query}" if query else ""
    if door := apis.door(f"https://{endpoint}{below}"):
        return door
    found = _HOST.fullmatch(endpoint)
    if found is None:
        raise UnknownEndpoint(f"{endpoint} is no API of this machine")
    # The prefix is that of functions/execute_api.py, which stands above this room.
    return f"{url}/execute-api/{found[1]}{below}"


def output(answer: "Response") -> dict[str, Any]:
    """Return what a task makes of an API's answer."""
    try:
        body = answer.json()
    except ValueError:
        body = answer.text
    return {
        "Headers": {name: [value] for name, value in answer.headers.items()},
        "ResponseBody": body,
        "StatusCode": answer.status_code,
        "StatusText": http.client.responses.get(answer.status_code, ""),
    }
