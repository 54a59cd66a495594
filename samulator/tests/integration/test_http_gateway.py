"""The HTTP API of the other application, called over real sockets."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from testkit.other_app_runner import OtherApp
from testkit.timing import LONG_SECONDS


@pytest.fixture(scope="module")
def client(other_app: OtherApp):
    with httpx.Client(base_url=other_app.url, timeout=LONG_SECONDS) as client:
        yield client


def reply(client: httpx.Client, result: object, **options) -> httpx.Response:
    """Have the function return `result`."""
    return client.post("/reply", json=result, **options)


def test_event_holds_the_request(client):
    headers = {"X-One": "1", "Cookie": "a=b"}

    event = client.get("/items/a%20b?x=1&x=2", headers=headers).json()

    assert event["routeKey"] == "GET /items/{id}"
    assert event["pathParameters"] == {"id": "a b"}
    assert event["rawQueryString"] == "x=1&x=2"
    assert event["headers"]["x-one"] == "1"
    assert event["cookies"] == ["a=b"]
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    port = client.base_url.port
    assert event["headers"]["host"] == f"127.0.0.1:{port}"
    assert event["headers"]["x-forwarded-port"] == str(port)


def test_literal_path_wins_over_a_variable(client):
    assert client.get("/items/new").json()["routeKey"] == "GET /items/new"


def test_greedy_route_takes_the_rest_and_its_slashes(client):
    event = client.delete("/files/a//b/").json()

    assert event["routeKey"] == "ANY /files/{path+}"
    assert event["pathParameters"] == {"path": "a//b/"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/nope"), ("POST", "/"), ("GET", "/items/")])
def test_unknown_route_is_answered_as_by_aws(client, method, path):
    response = client.request(method, path)

    assert (response.status_code, response.text) == (404, '{"message":"Not Found"}')
    assert response.headers["content-type"] == "application/json"
    assert response.headers["apigw-requestid"]
    assert "server" not in response.headers


def test_compressed_body_reaches_the_function_as_sent(client):
    body = bytes.fromhex("1f8b0800000000000003cb48cdc9c9070086a6103605000000")

    event = client.post("/echo", content=body, headers={"content-encoding": "gzip"}).json()

    assert base64.b64decode(event["body"]) == body
    assert event["isBase64Encoded"] is True


def test_long_header_reaches_the_function(client):
    event = client.get("/echo", headers={"x-token": "t" * 9_500}).json()

    assert event["headers"]["x-token"] == "t" * 9_500


def test_chunked_body_arrives_whole(client):
    event = client.post(
        "/echo", content=iter([b"ab", b"cd"]), headers={"content-type": "text/plain"}
    ).json()

    assert event["body"] == "abcd"
    assert event["headers"]["content-length"] == "4"
    assert "transfer-encoding" not in event["headers"]


def test_binary_response_is_decoded(client):
    body = bytes(range(256))

    response = reply(
        client,
        {
            "statusCode": 200,
            "headers": {"content-type": "image/png"},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        },
    )

    assert response.content == body
    assert response.headers["content-type"] == "image/png"


def test_every_cookie_is_set(client):
    response = reply(client, {"statusCode": 200, "cookies": ["a=1", "b=2; Secure"]})

    assert response.headers.get_list("set-cookie") == ["a=1", "b=2; Secure"]


def test_result_without_status_code_becomes_the_body(client):
    response = reply(client, {"hello": "world"})

    assert (response.status_code, response.json()) == (200, {"hello": "world"})
    assert response.headers["content-type"] == "application/json"


def test_empty_answers_have_no_content_type(client):
    response = reply(client, {"statusCode": 204})

    assert response.status_code == 204
    assert "content-type" not in response.headers


def test_head_has_the_headers_and_no_body(client):
    response = client.head("/echo")

    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["content-length"]) > 0


@pytest.mark.parametrize(
    ("result", "length"),
    [
        ({"statusCode": 200, "headers": {"Content-Length": "1234"}}, "1234"),
        ({"statusCode": 200, "headers": {"Content-Length": "1234"}, "body": "12"}, "2"),
        ({"statusCode": 200}, "0"),
        ({"statusCode": 200, "headers": {"Content-Length": "x"}}, "0"),
        ({"statusCode": 304}, None),
        ({"statusCode": 204}, None),
    ],
)
def test_head_says_how_long_the_body_would_be(client, result, length):
    response = client.request("HEAD", "/reply", json=result)

    assert response.headers.get("content-length") == length


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/echo?q={'x' * 10_200}", {}),
        ("/echo", {"x-token": "t" * 10_200}),
        (f"/echo?q={'x' * 5_200}", {"x-token": "t" * 5_000}),
        (f"/echo?q={'x' * 40_000}", {}),
    ],
)
def test_request_line_and_headers_over_the_limit_are_a_431(client, other_app, path, headers):
    response = client.get(path, headers=headers)

    assert response.status_code == 431
    assert response.json() == {"message": "Request Header Fields Too Large"}
    assert "of at most 10240" in other_app.exchanges[-1].problem


def test_long_request_line_reaches_the_function(client):
    event = client.get(f"/echo?q={'x' * 9_500}").json()

    assert event["rawQueryString"] == f"q={'x' * 9_500}"


def test_page_that_rebinds_its_name_to_loopback_reaches_no_function(client, other_app):
    before = len(other_app.recorder.invocations)

    response = client.get("/echo", headers={"Host": "evil.example:3000"})

    assert (response.status_code, response.json()) == (403, {"message": "Forbidden"})
    assert "evil.example" in other_app.exchanges[-1].problem
    assert len(other_app.recorder.invocations) == before


def test_other_names_of_this_machine_are_answered(client):
    assert client.get("/echo", headers={"Host": "host.docker.internal:3000"}).status_code == 200


def test_preflight_is_answered_by_the_gateway(client, other_app):
    before = len(other_app.recorder.invocations)

    response = client.options(
        "/reply",
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"},
    )

    assert response.status_code == 204
    assert response.headers["access-control-allow-methods"] == "GET,POST"
    assert len(other_app.recorder.invocations) == before


def test_answer_to_an_allowed_origin_carries_the_gateways_cors_headers(client):
    result = {"statusCode": 200, "headers": {"access-control-allow-origin": "*"}}

    response = reply(client, result, headers={"Origin": "https://shop.example"})

    assert response.headers["access-control-allow-origin"] == "https://shop.example"
    assert response.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ("exception", "ValueError: no such luck"),
        ("garbage", "a body of type int, not a string"),
        ("exit_at_once", "Runtime.ExitError"),
        ("seven_megabytes", "Function.ResponseSizeTooLarge"),
        ("unserialisable", "Runtime.MarshalError"),
        ("hang", "Task timed out after 1.00 seconds"),
    ],
)
def test_failing_function_is_a_500_that_tells_the_client_nothing(client, other_app, how, problem):
    response = client.get(f"/misbehave/{how}")

    assert (response.status_code, response.text) == (500, '{"message":"Internal Server Error"}')
    assert problem in other_app.exchanges[-1].problem
    assert client.get("/misbehave/well").status_code == 200


def test_integration_that_takes_too_long_is_a_503(client, other_app):
    client.get("/misbehave/well")

    response = client.get("/impatient/hang")

    assert (response.status_code, response.text) == (503, '{"message":"Service Unavailable"}')
    assert other_app.exchanges[-1].problem == "no answer within 0.2 s"
    # As on AWS, the function goes on, here to its own timeout; then the next request works.
    assert client.get("/misbehave/well").status_code == 200


def test_function_that_cannot_be_imported_is_a_500(client, other_app):
    assert client.get("/crashing").status_code == 500
    assert other_app.exchanges[-1].problem == "RuntimeError: broken at import"


@pytest.mark.parametrize("size", [6 * 1024 * 1024, 10 * 1024 * 1024 + 1])
def test_body_over_the_limit_is_a_413(client, size):
    response = client.post("/echo", content=b"x" * size, headers={"content-type": "text/plain"})

    assert response.status_code == 413
    assert response.json() == {"message": "Request Entity Too Large"}


def test_body_just_under_the_limit_is_served(client):
    size = 2_900_000

    response = client.post("/echo", content=b"x" * size, headers={"content-type": "text/plain"})

    assert response.status_code == 200
    assert len(response.json()["body"]) == size


def test_parallel_requests_are_all_answered(client):
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: client.get(f"/items/{n}").json(), range(200)))

    assert [answer["pathParameters"]["id"] for answer in answers] == [str(n) for n in range(200)]


def test_each_request_is_reported_with_its_function(client, other_app):
    client.get("/items/7?x=1")

    exchange = other_app.exchanges[-1]
    assert (exchange.method, exchange.path, exchange.status) == ("GET", "/items/7?x=1", 200)
    assert (exchange.function, exchange.problem) == ("WebFunction", None)
    assert exchange.duration_ms > 0


def test_log_lines_reach_the_listener_as_they_are_written(client, other_app):
    client.get("/echo")

    lines = [line for name, line in other_app.recorder.lines if name == "WebFunction"]
    assert any("echo /echo" in line for line in lines)


def test_events_survive_json(client):
    assert json.loads(client.get("/echo?a=%22").text)["queryStringParameters"] == {"a": '"'}
