"""Which APIs share the first port, and what gets the next ones."""

import json
from pathlib import Path

import pytest

from samulator.control.effects import effects
from samulator.http.plan import plan_ports
from samulator.template.load import load_application
from samulator.template.model import Application
from samulator.template.model_http import (
    Cors,
    FunctionUrl,
    HttpApi,
    LambdaProxy,
    Mock,
    RestApi,
    Route,
)
from testkit.doors import Served, serve_api
from testkit.functions import FakeFunctions, returned
from testkit.raw_http import RawAnswer

PROXY = LambdaProxy("F")


def http_api(name: str, *keys: str, cors: Cors | None = None) -> HttpApi:
    return HttpApi(name, tuple(route(key) for key in keys), cors)


def rest_api(name: str, *keys: str) -> RestApi:
    return RestApi(name, tuple(route(key, LambdaProxy("G", "1.0", 29)) for key in keys))


def route(key: str, integration: LambdaProxy = PROXY) -> Route:
    method, separator, path = key.partition(" ")
    return Route(method, path, integration) if separator else Route("ANY", method, integration)


def ports_of(*apis: HttpApi | RestApi, urls: tuple[str, ...] = ()) -> dict[int, str]:
    function_urls = tuple(FunctionUrl(name, "F") for name in urls)
    application = Application({}, {}, {}, {}, apis=apis, function_urls=function_urls)
    return {plan.port: plan.names for plan in plan_ports(application, 3000)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GET /a", "GET /b"),
        ("GET /a", "POST /a"),
        ("GET /a/{x}", "GET /b/{x}"),
        ("GET /a/{x}", "GET /a"),
        ("GET /a/{x}/c", "GET /a/{y}/d"),
        ("GET /a/{proxy+}", "GET /b/{proxy+}"),
    ],
)
def test_apis_share_the_port_where_no_request_is_one_for_both(one: str, other: str) -> None:
    assert ports_of(http_api("One", one), rest_api("Other", other)) == {3000: "One, Other"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GET /a", "GET /a"),
        ("GET /a", "GET /a/"),
        ("GET /a", "ANY /a"),
        ("GET /a/{x}", "GET /a/b"),
        ("GET /{x}/b", "GET /a/{y}"),
        ("GET /a/b", "GET /a/{proxy+}"),
        ("GET /a", "GET /a/{proxy+}"),
    ],
)
def test_apis_that_collide_get_a_port_each(one: str, other: str) -> None:
    assert ports_of(http_api("One", one), rest_api("Other", other)) == {3000: "One", 3001: "Other"}


@pytest.mark.parametrize("all_paths", ["$default", "ANY /{proxy+}"])
def test_an_api_that_takes_all_leaves_the_first_port_to_others(all_paths: str) -> None:
    apis = (http_api("All", all_paths), rest_api("Named", "GET /a"), rest_api("More", "GET /b"))

    assert ports_of(*apis, urls=("Url", "Two")) == {
        3000: "Named, More",
        3001: "All",
        3002: "Url",
        3003: "Two",
    }


def test_ports_of_others_are_left_out() -> None:
    urls = tuple(FunctionUrl(name, "F") for name in ("One", "Two"))
    application = Application({}, {}, {}, {}, apis=(http_api("A", "GET /"),), function_urls=urls)

    plans = plan_ports(application, 3000, lambda port: port in (3001, 3002))

    assert [plan.port for plan in plans] == [3000, 3003, 3004]


def test_without_any_door_no_port_is_open() -> None:
    assert ports_of() == {}


@pytest.fixture
def functions() -> FakeFunctions:
    return FakeFunctions({name: lambda event: returned(json.dumps(event)) for name in "FG"})


def ask(served: Served, method: str, target: str, *headers: str) -> RawAnswer:
    lines = "".join(f"{header}\r\n" for header in headers)
    return served.ask(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())


def test_each_request_on_a_shared_port_is_answered_by_its_api(functions: FakeFunctions) -> None:
    with serve_api(http_api("H", "GET /a b"), functions, rest_api("R", "GET /b")) as served:
        answers = [ask(served, "GET", target) for target in ("/a%20b", "/b", "/c")]

    assert functions.invoked == ["F", "G"]
    assert [bool(answer.header("apigw-requestid")) for answer in answers] == [True, False, True]
    assert answers[2].status == 404


def test_a_page_gets_into_its_own_api_alone(functions: FakeFunctions) -> None:
    page = "https://shop.example"
    shop = http_api("Shop", "GET /shop", cors=Cors(allow_origins=(page,), allow_methods=("GET",)))
    preflight = ("OPTIONS", f"Origin: {page}", "Access-Control-Request-Method: GET")
    with serve_api(rest_api("Other", "GET /other"), functions, shop) as served:
        allowed = ask(served, "GET", "/shop", f"Origin: {page}")
        asked = ask(served, preflight[0], "/shop", *preflight[1:])
        refused = ask(served, "GET", "/other", f"Origin: {page}")
        stranger = ask(served, "GET", "/shop", "Origin: https://evil.example")

    assert (allowed.status, asked.status) == (200, 204)
    assert (refused.status, stranger.status) == (403, 403)
    assert functions.invoked == ["F"]


def test_a_mock_on_a_shared_port_answers_preflight_requests(functions: FakeFunctions) -> None:
    mock = Route("OPTIONS", "/b", Mock(200, (("Access-Control-Allow-Origin", "*"),), "{}"))
    rest = RestApi("R", (route("GET /b", LambdaProxy("G", "1.0", 29)), mock))
    with serve_api(http_api("H", "GET /a"), functions, rest) as served:
        answer = ask(served, "OPTIONS", "/b", "Origin: https://anywhere.example")

    assert (answer.status, answer.header("access-control-allow-origin")) == (200, "*")


def test_the_table_says_what_has_another_port(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Http: {Type: AWS::Serverless::HttpApi}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.11
      InlineCode: "def handler(event, context): pass"
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Rest: {Type: Api, Properties: {Path: /a, Method: get}}
        All: {Type: HttpApi, Properties: {ApiId: !Ref Http}}
"""
    )
    application = load_application(tmp_path / "template.yaml")

    told = {each.name: each.does for each in effects(application, tmp_path) if each.works}

    assert told["GET /a (ServerlessRestApi)"] == "calls F with payload 1.0"
    assert told["$default (Http)"] == "calls F with payload 2.0, on a further port"
    assert told["FUrl"] == "calls F, on a port of its own"
