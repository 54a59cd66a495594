"""Calls the function of a trigger, and words its failure as Cognito does."""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from moto.core.exceptions import JsonRESTError

from samulator.servers.aws.lambda_calls import connect_when_open

# Cognito gives a function five seconds; here its own timeout counts, for a first start takes long.
_SECONDS = 900


class TriggerFailed(JsonRESTError):
    """A trigger refused or could not be called; `kind` is Cognito's name for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)


class TriggerCalls:
    """Synchronous invokes at the Lambda endpoint."""

    def __init__(self, lambda_url: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._place = urlsplit(lambda_url).netloc
        self._sleep = sleep

    def response(self, trigger: str, function: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the `response` of what the function returns. Raises TriggerFailed."""
        status, is_error, text = self._invoke(function, json.dumps(event).encode())
        if status != HTTPStatus.OK:
            raise TriggerFailed("UnexpectedLambdaException", f"{trigger}: {text}")
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if is_error:
            message = answer.get("errorMessage") if isinstance(answer, dict) else text
            raise TriggerFailed(
                "UserLambdaValidationException", f"{trigger} failed with error {message}."
            )
        if not isinstance(answer, dict) or not isinstance(answer.get("response", {}), dict):
            raise TriggerFailed("InvalidLambdaResponseException", "Unrecognizable lambda output")
        response: Mapping[str, Any] = answer.get("response", {})
        return response

    def _invoke(self, function: str, payload: bytes) -> tuple[int, bool, str]:
        """Status, whether the function failed, and what came. Raises TriggerFailed."""
        path = f"/2015-03-31/functions/{quote(function, safe=':')}/invocations"
        headers = {"Content-Type": "application/json"}
        with closing(http.client.HTTPConnection(self._place, timeout=_SECONDS)) as connection:
            try:
                connect_when_open(connection, self._sleep)
                connection.request("POST", path, payload, headers)
                answer = connection.getresponse()
                text = answer.read().decode(errors="replace")
            except OSError as error:
                raise TriggerFailed("UnexpectedLambdaException", str(error)) from error
        return answer.status, answer.getheader("X-Amz-Function-Error") is not None, text
