"""Makes the HTTP response of what a function returned, payload format 2.0."""

from typing import Any

from samulator.http.gateway.response import (
    DROPPED,
    HttpResponse,
    MalformedResponse,
    declared_length,
    encoded,
    header_name,
    header_value,
    parse_result,
    read_body,
    read_status,
    short,
)

_DEFAULT_TYPE = "text/plain;charset=UTF-8"


def read_response(payload: bytes) -> HttpResponse:
    """Return the response in a function's result. Raises MalformedResponse."""
    result = parse_result(payload)
    if not isinstance(result, dict) or "statusCode" not in result:
        # Without a statusCode the result itself is the body of a 200.
        body = encoded(result) if isinstance(result, str) else payload
        return HttpResponse(200, [("content-type", "application/json")], body)
    headers = _headers(result)
    body = read_body(result)
    if body and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", _DEFAULT_TYPE))
    response = HttpResponse(read_status(result["statusCode"]), [], body)
    response.declared_length = declared_length(headers)
    response.headers = [pair for pair in headers if pair[0] not in DROPPED]
    return response


def _headers(result: dict[str, Any]) -> list[tuple[str, str]]:
    declared = result.get("headers") or {}
    cookies = result.get("cookies") or []
    if not isinstance(declared, dict) or not isinstance(cookies, list):
        raise MalformedResponse("the function returned headers or cookies of the wrong type")
    # Of names that differ in case alone the last one stands, as of equal names in JSON.
    named = {
        header_name(name).lower(): header_value(name, value) for name, value in declared.items()
    }
    return [*named.items(), *(("set-cookie", _cookie(cookie)) for cookie in cookies)]


def _cookie(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedResponse(f"the function returned a cookie as {short(value)}")
    return header_value("set-cookie", value)
