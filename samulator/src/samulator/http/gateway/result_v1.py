"""Makes the HTTP response of what a function returned, payload format 1.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from typing import Any

from samulator.http.gateway.response import (
    DROPPED,
    HttpResponse,
    MalformedResponse,
    declared_length,
    decoded,
    encoded,
    header_name,
    header_value,
    parse_result,
    read_flag,
    read_status,
    read_text,
    short,
)

_DEFAULT_TYPE = "application/json"


def read_response(payload: bytes) -> HttpResponse:
    """Return the response where an HTTP API sends this format. Raises MalformedResponse."""
    result = read_object(payload)
    if "statusCode" not in result:
        raise MalformedResponse("the function returned no statusCode")
    response = response_of(result, decodes=True)
    response.headers = [
        (name.lower(), value) for name, value in response.headers if name.lower() not in DROPPED
    ]
    return response


def read_object(payload: bytes) -> dict[str, Any]:
    """Return the result. Raises MalformedResponse where it is no object."""
    result = parse_result(payload)
    if not isinstance(result, dict):
        raise MalformedResponse(f"the function returned {short(result)}, which is no response")
    return result


def response_of(result: dict[str, Any], *, decodes: bool) -> HttpResponse:
    """Return the response, of whose base64 `decodes` makes bytes; content-length is in it."""
    headers = _headers(result)
    is_encoded = read_flag(result.get("isBase64Encoded"))
    text = read_text(result)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", _DEFAULT_TYPE))
    return HttpResponse(
        read_status(result.get("statusCode", 200)),
        [pair for pair in headers if pair[0].lower() not in DROPPED - {"content-length"}],
        decoded(text) if is_encoded and decodes else encoded(text),
        _left_encoded(is_encoded=is_encoded, decodes=decodes),
        declared_length(headers),
    )


def _left_encoded(*, is_encoded: bool, decodes: bool) -> str | None:
    if not is_encoded or decodes:
        return None
    return "isBase64Encoded is set, but Accept names no binary media type of the API"


def _headers(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Of both kinds: the values in multiValueHeaders stand where a name is in both."""
    single = result.get("headers") or {}
    multiple = result.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        raise MalformedResponse("the function returned headers of the wrong type")
    values = {
        name.lower(): (header_name(name), [header_value(name, value)])
        for name, value in single.items()
    }
    for name, several in multiple.items():
        if not isinstance(several, list):
            raise MalformedResponse(f"the function returned header {name!r} as {short(several)}")
        _, own = values.get(name.lower(), (name, []))
        added = [header_value(name, each) for each in several]
        merged = [*(each for each in own if each not in added), *added]
        values[name.lower()] = (header_name(name), merged)
    return [(name, value) for name, several in values.values() for value in several]
