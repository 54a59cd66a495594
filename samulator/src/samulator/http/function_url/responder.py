"""Answers a function URL.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import json
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from aiohttp import web

from samulator.http.authorizers.iam import iam_context
from samulator.http.gateway import payload_v2
from samulator.http.gateway.cors import allows_origin, answer_preflight, apply_cors
from samulator.http.gateway.invoking import (
    FunctionFailed,
    HttpInvoker,
    NoResult,
    RequestTooLarge,
    run,
    trace_of,
)
from samulator.http.gateway.payload_v1 import new_uuid
from samulator.http.gateway.place import Place
from samulator.http.gateway.request import ALLOWED, OF_THE_CONNECTION, HttpRequest
from samulator.http.gateway.response import HttpResponse, MalformedResponse, message
from samulator.http.gateway.result_v2 import read_response
from samulator.http.server.origin import OriginPolicy, is_local_origin
from samulator.template.model_http import FunctionUrl
from samulator.template.names import ACCOUNT

# Lambda's own limits: of a payload, and of a function's time.
_BODY_LIMIT = 6 * 1024 * 1024
_LONGEST_SECONDS = 900.0
_ANONYMOUS = "anonymous"
_THROTTLED = (
    '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User",'
    '"message":"Rate Exceeded."}'
)


class FunctionUrlResponder:
    """One function URL: every path and method goes to its function."""

    body_limit = _BODY_LIMIT

    def __init__(self, url: FunctionUrl, functions: HttpInvoker, *, region: str) -> None:
        self._url = url
        self._functions = functions
        account = ACCOUNT if url.iam else _ANONYMOUS
        self._place = Place(url.id, region=region, account=account)
        self.policy = OriginPolicy(allows_origin=self._allows, links=True)
        self.new_id: Callable[[], str] = new_uuid

    def early(self, request: web.BaseRequest, _request_id: str) -> HttpResponse | None:
        """Answer preflight requests, which Lambda answers itself."""
        if request.method in OF_THE_CONNECTION:
            refused = message(405, "Method Not Allowed")
            return replace(refused, headers=[*refused.headers, ("allow", ALLOWED)])
        if self._url.cors is None:
            return None
        headers = {name.lower(): value for name, value in request.headers.items()}
        answered = answer_preflight(self._url.cors, request.method, headers)
        return None if answered is None else replace(answered, status=200)

    async def respond(
        self, request: HttpRequest, request_id: str
    ) -> tuple[str | None, HttpResponse]:
        """Answer the request by the function."""
        target = payload_v2.Target(request.raw_path)
        event = payload_v2.build_event(request, self._place, target, request_id)
        if self._url.iam:
            event["requestContext"]["authorizer"] = {"iam": iam_context(request)}
        payload = json.dumps(event, separators=(",", ":")).encode()
        return self._url.function, await self._invoke(payload, trace_of(event))

    def word(self, status: HTTPStatus, problem: str, _request_id: str) -> HttpResponse:
        """Word what reaches no function."""
        return _said(status, json.dumps({"Message": status.phrase}), problem)

    def finish(self, response: HttpResponse, method: str, origin: str | None) -> None:
        """Set the CORS headers of the URL."""
        if self._url.cors is not None and method != "OPTIONS":
            apply_cors(self._url.cors, origin, response)

    def ids(self, request_id: str) -> dict[str, str]:
        """Return the id by which Lambda's logs have the request."""
        return {"x-amzn-requestid": request_id}

    def _allows(self, origin: str) -> bool:
        cors = self._url.cors
        return (cors is not None and allows_origin(cors, origin)) or is_local_origin(origin)

    async def _invoke(self, payload: bytes, trace: str | None) -> HttpResponse:
        try:
            result = await run(
                self._functions, self._url.reference, payload, _LONGEST_SECONDS, trace
            )
            return read_response(result)
        except RequestTooLarge as error:
            return _said(413, json.dumps({"Message": str(error)}), str(error))
        except NoResult as error:
            return _said(429, _THROTTLED, str(error))
        except (FunctionFailed, MalformedResponse) as error:
            return _said(502, "Internal Server Error", str(error))


def _said(status: int, body: str, problem: str) -> HttpResponse:
    """Lambda's own words, which it always calls JSON."""
    return HttpResponse(status, [("content-type", "application/json")], body.encode(), problem)
