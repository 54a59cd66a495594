"""HTTP tasks, which moto's parser refuses: they ask the hosts that API destinations may ask.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
"""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from samulator.servers.aws.delivery import HttpRequest
from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations
from samulator.servers.aws.eventbridge.http_target import with_query
from samulator.servers.aws.http_call import call
from samulator.servers.aws.step_functions.gateway_calls import output

_TASKS = "moto.stepfunctions.parser.asl.component.state.exec.state_task"
_PARAMETERS = frozenset(
    {
        *("ApiEndpoint", "Method", "Authentication", "InvocationConfig", "Headers"),
        *("QueryParameters", "RequestBody", "Transform"),
    }
)
_FORM = "application/x-www-form-urlencoded"
# As long as the service waits for an answer.
_SECONDS = 60


class HttpTaskFailed(Exception):
    """A task was refused, or answered with an error; `name` is the error that states catch."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(cause)
        self.name = name


def serve_http_tasks(destinations: ApiDestinations) -> None:
    """Have arn:aws:states:::http:invoke ask as `destinations` permits."""
    moto: Any = import_module(f"{_TASKS}.service.state_task_service_api_gateway")
    factory: Any = import_module(f"{_TASKS}.state_task_factory")
    find = factory.state_task_service_for

    class HttpTask(moto.StateTaskServiceApiGateway):  # type: ignore[misc]
        """As a task of API Gateway, which passes parameters and answers on as they are, too."""

        def _get_supported_parameters(self) -> frozenset[str]:
            return _PARAMETERS

        def _eval_service_task(self, env: Any, **told: Any) -> None:  # noqa: ANN401 - moto's
            env.stack.append(ask(told["normalised_parameters"], destinations))

        def _from_error(self, env: Any, ex: Exception) -> Any:  # noqa: ANN401 - moto's
            if not isinstance(ex, HttpTaskFailed):
                return super(moto.StateTaskServiceApiGateway, self)._from_error(env, ex)
            details = moto.TaskFailedEventDetails(
                error=ex.name,
                cause=str(ex),
                resource=self._get_sfn_resource(),
                resourceType=self._get_sfn_resource_type(),
            )
            return moto.FailureEvent(
                env,
                moto.CustomErrorName(ex.name),
                moto.HistoryEventType.TaskFailed,
                moto.EventDetails(taskFailedEventDetails=details),
            )

    factory.state_task_service_for = lambda service_name: (
        HttpTask() if service_name == "http" else find(service_name)
    )


def ask(parameters: Mapping[str, Any], destinations: ApiDestinations) -> dict[str, Any]:
    """Return what a task has of the answer. Raises HttpTaskFailed."""
    import requests

    told = parameters.get("Authentication") or parameters.get("InvocationConfig") or {}
    wanted, text = written(parameters)
    try:
        request, body = destinations.with_connection(wanted, str(told.get("ConnectionArn")), text)
    except (LookupError, ValueError) as error:
        raise HttpTaskFailed("States.Runtime", str(error)) from error
    try:
        answer = call(request.method, request.url, request.headers, body.encode(), seconds=_SECONDS)
    except requests.RequestException as error:
        raise HttpTaskFailed("States.Http.Socket", str(error)) from error
    if answer.is_redirect or not answer.ok:
        raise HttpTaskFailed(f"States.Http.StatusCode.{answer.status_code}", answer.text)
    return output(answer)


def written(parameters: Mapping[str, Any]) -> tuple[HttpRequest, str]:
    """Return the request that a task describes, without its connection, and its body."""
    body = parameters.get("RequestBody")
    encoding = (parameters.get("Transform") or {}).get("RequestBodyEncoding")
    is_form = encoding == "URL_ENCODED"
    kind = _FORM if is_form else "application/json"
    headers = {"Content-Type": kind} if body is not None else {}
    headers |= {name: str(value) for name, value in (parameters.get("Headers") or {}).items()}
    request = HttpRequest(str(parameters["Method"]), str(parameters["ApiEndpoint"]), headers)
    if body is None:
        text = ""
    elif is_form:
        text = urlencode(body, doseq=True)
    else:
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return with_query(request, parameters.get("QueryParameters") or {}), text
