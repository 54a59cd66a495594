"""Makes a REST API's response of what a function returned."""

from samulator.http.gateway.response import HttpResponse, MalformedResponse, short
from samulator.http.gateway.result_v1 import read_object, response_of

_KEYS = {"body", "headers", "isBase64Encoded", "multiValueHeaders", "statusCode"}
# Headers that REST APIs keep for themselves: a function's own go by another name.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
_REMAPPED = {
    *("authorization", "connection", "content-length", "content-md5", "date"),
    *("host", "server", "user-agent", "www-authenticate"),
}


def read_rest_response(payload: bytes, *, decodes: bool) -> HttpResponse:
    """Return the response in a function's result. Raises MalformedResponse.

    `decodes` is whether the API's binary media types let base64 become bytes. A REST API takes
    no key but those of the format, and no header that is a number.
    """
    result = read_object(payload)
    if unknown := sorted(result.keys() - _KEYS):
        raise MalformedResponse(f"the function returned {unknown[0]!r}, which a REST API refuses")
    headers = result.get("headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise MalformedResponse(f"the function returned header {name!r} as {short(value)}")
    response = response_of(result, decodes=decodes)
    response.headers = [(_renamed(name), value) for name, value in response.headers]
    return response


def _renamed(name: str) -> str:
    return f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name
