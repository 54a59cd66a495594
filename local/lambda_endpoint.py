"""Lambda's Invoke API for boto3 and the AWS CLI, as `sam local start-lambda` offers it.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import json
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler

from local.caller import is_foreign_origin
from local.runtime.functions import Functions
from local.runtime.invocation import PayloadTooLarge, Throttled, UnknownFunction

# Above Lambda's own limit, so that the answer to a payload that is too large is Lambda's.
_READ_LIMIT = 64 * 1024 * 1024
_INVOCATIONS = "/2015-03-31/functions/{name}/invocations"


def create_lambda_endpoint(functions: Functions) -> web.Application:
    """Return the application that answers /2015-03-31/functions/{name}/invocations."""
    endpoint = _Endpoint(functions)
    app = web.Application(client_max_size=_READ_LIMIT, middlewares=[_refuse_foreign_pages])
    app.router.add_post(_INVOCATIONS, endpoint.invoke)
    app.router.add_route("*", "/{path:.*}", _not_supported)
    return app


class _Endpoint:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def invoke(self, request: web.Request) -> web.Response:
        """Answer one Invoke call by its invocation type."""
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        name = request.match_info["name"]
        try:
            payload = await _payload(request)
            if kind == "DryRun":
                self._functions.resolve(name)
                return web.Response(status=204)
            if kind == "Event":
                request_id = await self._functions.invoke_event(name, payload)
                return web.Response(status=202, headers={"X-Amzn-RequestId": request_id})
            if kind == "RequestResponse":
                return await self._invoke_and_wait(request, name, payload)
            return _error(400, "InvalidParameterValueException", f"No invocation type {kind}")
        except _InvalidContent as error:
            return _error(400, "InvalidRequestContentException", str(error))
        except UnknownFunction as error:
            return _error(404, "ResourceNotFoundException", str(error))
        except (PayloadTooLarge, web.HTTPRequestEntityTooLarge) as error:
            return _error(413, "RequestTooLargeException", str(error))
        except Throttled as error:
            return _error(429, "TooManyRequestsException", str(error))

    async def _invoke_and_wait(
        self, request: web.Request, name: str, payload: bytes
    ) -> web.Response:
        context = _client_context(request)
        invocation = await self._functions.invoke(name, payload, client_context=context)
        headers = {
            "Content-Type": "application/json",
            "X-Amz-Executed-Version": "$LATEST",
            "X-Amzn-RequestId": invocation.request_id,
        }
        if invocation.function_error is not None:
            headers["X-Amz-Function-Error"] = invocation.function_error
        if request.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(invocation.log_tail).decode()
        return web.Response(body=invocation.payload, headers=headers)


@web.middleware
async def _refuse_foreign_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """SDKs send no Origin; a browser sends a page's POST here without asking first."""
    origin = request.headers.get("Origin")
    if is_foreign_origin(origin):
        return _error(403, "AccessDeniedException", f"Web pages of {origin} may not invoke")
    return await handler(request)


class _InvalidContent(Exception):
    """What the caller sent cannot be read; the message says what and why."""


async def _payload(request: web.Request) -> bytes:
    payload = await request.read() or b"{}"
    try:
        json.loads(payload)
    except ValueError as error:
        raise _InvalidContent(f"Could not parse request body into json: {error}") from error
    return payload


def _client_context(request: web.Request) -> str | None:
    """The decoded context; awslambdaric reads it as JSON, as the caller's SDK should have sent."""
    encoded = request.headers.get("X-Amz-Client-Context")
    if not encoded:
        return None
    try:
        context = base64.b64decode(encoded, validate=True).decode()
        if not isinstance(json.loads(context), dict):
            raise ValueError("no object")
    except ValueError as error:
        reason = f"Client context must be a valid Base64-encoded JSON object: {error}"
        raise _InvalidContent(reason) from error
    return context


async def _not_supported(request: web.Request) -> web.Response:
    return _error(
        404,
        "ResourceNotFoundException",
        f"{request.method} {request.path} is not offered here, only the Invoke API is",
    )


def _error(status: int, code: str, text: str) -> web.Response:
    headers = {"x-amzn-ErrorType": code, "X-Amzn-RequestId": str(uuid.uuid4())}
    body = {"Type": "User", "Message": text, "message": text}
    return web.json_response(body, status=status, headers=headers)
