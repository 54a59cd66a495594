"""The Invoke API as a web interface.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import re
from http import HTTPStatus
from urllib.parse import parse_qs, unquote

from aiohttp import web

from samulator.functions.invocation import PayloadTooLarge, Throttled, UnknownFunction
from samulator.functions.kept_events import NotKept
from samulator.functions.worker_host import WorkerHost
from samulator.http.lambda_api.error import LambdaError, error_answer
from samulator.http.lambda_api.payload import read_client_context, read_payload
from samulator.http.server.answer import Answer
from samulator.http.server.body import BodyRefused, receive
from samulator.http.server.origin import OriginPolicy
from samulator.http.server.server import Refusal
from samulator.template.reference import FunctionReference, InvalidReference, parse_reference

# Above Lambda's own limit, so that the answer to a payload that is too large is Lambda's.
_READ_LIMIT = 64 * 1024 * 1024
_INVOCATIONS = re.compile(r"/2015-03-31/functions/([^/]*)/invocations/?")
_INVOCATION_TYPES = ("Event", "RequestResponse", "DryRun")
_LOG_TYPES = ("None", "Tail")
# The last two are what tools say of a body when nobody told them what it is.
_JSON_TYPES = {"", "application/json", "application/octet-stream"} | {
    "application/x-www-form-urlencoded"
}
_CODES = {
    HTTPStatus.FORBIDDEN: "AccessDeniedException",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "RequestTooLargeException",
    HTTPStatus.INTERNAL_SERVER_ERROR: "ServiceException",
}


class InvokeApi:
    """Answers POST /2015-03-31/functions/{name}/invocations, whoever on this machine asks."""

    def __init__(self, functions: WorkerHost) -> None:
        self._functions = functions
        self.policy = OriginPolicy()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one Invoke call by its invocation type."""
        try:
            return await self._invoke(request, _reference(request))
        except LambdaError as error:
            return error_answer(error)
        except BodyRefused as refusal:
            return self.refuse(request, Refusal(refusal.status, str(refusal)))
        except UnknownFunction as error:
            return error_answer(LambdaError(404, "ResourceNotFoundException", str(error)))
        except PayloadTooLarge as error:
            return error_answer(LambdaError(413, "RequestTooLargeException", str(error)))
        except Throttled as error:
            reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
            return error_answer(LambdaError(429, "TooManyRequestsException", str(error), reason))
        except NotKept as error:
            return error_answer(LambdaError(500, "ServiceException", str(error)))

    def refuse(self, _request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Answer what is no call of this API, or of nobody who may make one."""
        code = _CODES.get(refusal.status, "BadRequestException")
        problem = refusal.problem[:1].upper() + refusal.problem[1:]
        return error_answer(LambdaError(refusal.status, code, problem))

    async def _invoke(self, request: web.BaseRequest, reference: FunctionReference) -> web.Response:
        kind = _one_of(_INVOCATION_TYPES, "invocationType", request, "RequestResponse")
        _require_json(request)
        payload = read_payload(await receive(request, _READ_LIMIT))
        context = read_client_context(request.headers.get("X-Amz-Client-Context"))
        if kind == "DryRun":
            self._functions.find(reference)
            return Answer(status=204)
        if kind == "Event":
            trace = request.headers.get("X-Amzn-Trace-Id")
            request_id = await self._functions.invoke_event(reference, payload, trace=trace)
            return Answer(status=202, headers={"X-Amzn-RequestId": request_id})
        return await self._invoke_and_wait(request, reference, payload, context)

    async def _invoke_and_wait(
        self,
        request: web.BaseRequest,
        reference: FunctionReference,
        payload: bytes,
        context: str | None,
    ) -> web.Response:
        log_type = _one_of(_LOG_TYPES, "logType", request, "None")
        invocation = await self._functions.invoke(
            reference,
            payload,
            client_context=context,
            trace=request.headers.get("X-Amzn-Trace-Id"),
        )
        headers = {
            "Content-Type": "application/json",
            "X-Amz-Executed-Version": self._functions.find(reference).version,
            "X-Amzn-RequestId": invocation.request_id,
        }
        if invocation.function_error is not None:
            headers["X-Amz-Function-Error"] = invocation.function_error
        if log_type == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(invocation.log_tail).decode()
        return Answer(body=invocation.payload, headers=headers)


def _reference(request: web.BaseRequest) -> FunctionReference:
    path, _, query = request.raw_path.partition("?")
    found = _INVOCATIONS.fullmatch(path)
    if found is None or request.method != "POST":
        what = f"{request.method} {request.path} is not offered here, only the Invoke API is"
        raise LambdaError(404, "UnknownOperationException", what)
    qualifier = parse_qs(query).get("Qualifier", [None])[0]
    try:
        return parse_reference(unquote(found[1]), qualifier)
    except InvalidReference as error:
        raise LambdaError(400, error.code, str(error)) from error


def _one_of(allowed: tuple[str, ...], field: str, request: web.BaseRequest, default: str) -> str:
    header = {"invocationType": "X-Amz-Invocation-Type", "logType": "X-Amz-Log-Type"}[field]
    value = request.headers.get(header) or default
    if value not in allowed:
        rule = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        what = f"Value '{value}' at '{field}' failed to satisfy constraint: {rule}"
        raise LambdaError(400, "ValidationException", f"1 validation error detected: {what}")
    return value


def _require_json(request: web.BaseRequest) -> None:
    declared = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if declared not in _JSON_TYPES and not declared.endswith("+json"):
        text = f"The content type of the Invoke request body is not JSON: {declared}"
        raise LambdaError(415, "UnsupportedMediaTypeException", text)
