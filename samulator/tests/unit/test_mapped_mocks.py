"""Mocks of REST APIs whose answers mapping templates make of the request."""

import json
from collections.abc import Iterator

import pytest

from samulator.template.integration import DeclaredIntegration, IntegrationReader
from samulator.template.invoked_function import InvokedFunctions
from samulator.template.model_http import MappedMock, Mock, RestApi, Route
from testkit.doors import Served, serve_api
from testkit.functions import FakeFunctions
from testkit.raw_http import RawAnswer

REQUEST = """
#if($input.params('fail') == 'yes')
{"statusCode": 500}
#else
{"statusCode": 200}
#end
"""
RESPONSES = {
    "default": {
        "statusCode": "200",
        "responseTemplates": {
            "application/json": '{"pet": "$input.params(\'id\')", "stage": "$context.stage"}'
        },
        "responseParameters": {
            "method.response.header.X-Pet": "method.request.path.id",
            "method.response.header.X-Fixed": "'yes'",
        },
    },
    "5\\d{2}": {"statusCode": "503", "responseTemplates": {"application/json": '{"ok": false}'}},
}


def read(request: str, responses: dict) -> Mock | MappedMock:
    reader = IntegrationReader(InvokedFunctions({}), {}, default_timeout=29)
    templates = {"application/json": request}
    integration = reader.read(
        DeclaredIntegration("mock", request_templates=templates, responses=responses)
    )
    assert isinstance(integration, Mock | MappedMock)
    return integration


def get(served: Served, target: str) -> RawAnswer:
    return served.ask(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


@pytest.fixture(scope="module")
def api() -> Iterator[Served]:
    routes = (
        Route("GET", "/pets/{id}", read(REQUEST, RESPONSES)),
        Route("GET", "/empty", read("#set($a = 1){}", RESPONSES)),
    )
    with serve_api(RestApi("Api", routes), FakeFunctions({})) as served:
        yield served


def test_the_answer_is_made_of_the_request(api: Served) -> None:
    answer = get(api, "/pets/7")

    assert (answer.status, json.loads(answer.body)) == (200, {"pet": "7", "stage": "Prod"})
    assert (answer.header("x-pet"), answer.header("x-fixed")) == ("7", "yes")


def test_the_request_template_selects_the_response(api: Served) -> None:
    answer = get(api, "/pets/7?fail=yes")

    assert (answer.status, json.loads(answer.body)) == (503, {"ok": False})


def test_a_mock_that_names_no_status_is_a_500(api: Served) -> None:
    answer = get(api, "/empty")

    assert answer.status == 500
    assert "names no statusCode" in (api.exchanges[-1].problem or "")


def test_a_mock_that_is_the_same_for_all_is_known_beforehand() -> None:
    fixed = {"default": {"statusCode": "204", "responseTemplates": {"application/json": "{}"}}}

    assert read('{"statusCode": 204}', fixed) == Mock(204, (), "{}")
