"""The HTTP response of what a function returns, payload format 2.0."""

import base64
import json

import pytest

from samulator.http.gateway.cors import answer_preflight, apply_cors
from samulator.http.gateway.response import HttpResponse, MalformedResponse
from samulator.http.gateway.result_v2 import read_response
from samulator.template.model_http import Cors

JSON = ("content-type", "application/json")


def read(result: object) -> HttpResponse:
    return read_response(json.dumps(result).encode())


@pytest.mark.parametrize(
    ("result", "body"),
    [
        ({"message": "hi"}, b'{"message": "hi"}'),
        ("Hello from Lambda!", b"Hello from Lambda!"),
        ([1, 2], b"[1, 2]"),
        (None, b"null"),
        ({}, b"{}"),
    ],
)
def test_result_without_status_code_is_the_body_of_a_200(result, body):
    response = read(result)

    assert (response.status, response.headers, response.body) == (200, [JSON], body)


def test_full_response_is_taken_as_it_is():
    response = read(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/html", "X-Count": 3, "X-Flag": True},
            "cookies": ["a=1; Secure", "b=2"],
            "body": "<p>ü</p>",
        }
    )

    assert response.status == 201
    assert response.headers == [
        ("content-type", "text/html"),
        ("x-count", "3"),
        ("x-flag", "true"),
        ("set-cookie", "a=1; Secure"),
        ("set-cookie", "b=2"),
    ]
    assert response.body == "<p>ü</p>".encode()


def test_binary_body_is_decoded():
    image = bytes(range(256))

    response = read(
        {
            "statusCode": 200,
            "headers": {"content-type": "image/png"},
            "body": base64.b64encode(image).decode(),
            "isBase64Encoded": True,
        }
    )

    assert response.body == image


def test_body_without_a_content_type_is_plain_text():
    assert read({"statusCode": 200, "body": "x"}).headers == [
        ("content-type", "text/plain;charset=UTF-8")
    ]


def test_empty_body_gets_no_content_type():
    assert read({"statusCode": 204}) == HttpResponse(204)


def test_status_code_may_be_a_numeric_string():
    assert read({"statusCode": "404"}).status == 404


def test_headers_of_the_connection_are_dropped():
    headers = {"Content-Length": "99", "Transfer-Encoding": "chunked", "Connection": "close"}

    assert read({"statusCode": 200, "headers": headers}).headers == []


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"statusCode": "nonsense"}, "statusCode 'nonsense'"),
        ({"statusCode": None}, "statusCode None"),
        ({"statusCode": True}, "statusCode True"),
        ({"statusCode": 99}, "statusCode 99"),
        ({"statusCode": 200, "body": {"a": 1}}, "body of type dict"),
        ({"statusCode": 200, "headers": ["a"]}, "headers or cookies"),
        ({"statusCode": 200, "cookies": "a=1"}, "headers or cookies"),
        ({"statusCode": 200, "headers": {"x": None}}, "header 'x' as None"),
        ({"statusCode": 200, "headers": {"x": "a\r\nset-cookie: b"}}, "header 'x'"),
        ({"statusCode": 200, "body": "é", "isBase64Encoded": True}, "no base64"),
        ({"statusCode": 200, "body": "abc", "isBase64Encoded": True}, "no base64"),
    ],
)
def test_malformed_result_says_what_is_wrong(result, reason):
    with pytest.raises(MalformedResponse, match=reason):
        read(result)


def test_result_that_is_no_json_is_malformed():
    with pytest.raises(MalformedResponse, match="returned no JSON"):
        read_response(b"<html>")


CORS = Cors(
    allow_origins=("https://shop.example", "http://*"),
    allow_methods=("GET", "POST"),
    allow_headers=("content-type",),
    expose_headers=("etag",),
    allow_credentials=True,
    max_age=600,
)


def preflight(origin: str, cors: Cors = CORS) -> dict[str, str]:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    response = answer_preflight(cors, "OPTIONS", headers)
    assert response is not None
    assert response.status == 204
    return dict(response.headers)


def test_preflight_of_an_allowed_origin_gets_the_rules():
    assert preflight("https://shop.example") == {
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize("origin", ["https://evil.example", "https://shop.example.evil", "null"])
def test_preflight_of_another_origin_gets_no_rules(origin):
    assert preflight(origin) == {}


def test_scheme_wildcard_allows_every_origin_of_the_scheme():
    allowed = preflight("http://localhost:5173")["access-control-allow-origin"]

    assert allowed == "http://localhost:5173"


def test_star_allows_everyone():
    answer = preflight("https://a.example", Cors(allow_origins=("*",)))

    assert answer == {"access-control-allow-origin": "*"}


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("OPTIONS", {"origin": "https://shop.example"}),
        ("OPTIONS", {"access-control-request-method": "POST"}),
        ("GET", {"origin": "https://shop.example", "access-control-request-method": "POST"}),
    ],
)
def test_request_that_is_no_preflight_goes_to_the_function(method, headers):
    assert answer_preflight(CORS, method, headers) is None


def test_cors_headers_of_the_function_are_replaced():
    response = HttpResponse(200, [("access-control-allow-origin", "*"), ("x-a", "1")])

    apply_cors(CORS, "https://shop.example", response)

    assert dict(response.headers) == {
        "x-a": "1",
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "etag",
    }


def test_request_without_an_origin_gets_no_cors_headers():
    response = HttpResponse(200, [("access-control-allow-origin", "*")])

    apply_cors(CORS, None, response)

    assert response.headers == []
