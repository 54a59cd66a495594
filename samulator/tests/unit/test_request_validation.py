"""Request validators of REST APIs: read from both kinds of templates, and asked over a socket."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samulator.template.load import load_application
from samulator.template.model_http import (
    GatewayResponse,
    LambdaProxy,
    RestApi,
    Route,
    Validation,
)
from testkit.doors import Served, serve_api
from testkit.functions import FakeFunctions, returned
from testkit.raw_http import RawAnswer
from testkit.sam_template import sam_template

Load = Callable[[str], Validation]
USER = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
PROXY = LambdaProxy("F", "1.0", 29)
SHARED = {"definitions": {"user": USER}}
VALIDATION = Validation(
    ("querystring.page", "header.X-Shop", "path.id"),
    {"application/json": {"$ref": "#/definitions/user", **SHARED}},
)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(text: str) -> Validation:
        (tmp_path / "code").mkdir(exist_ok=True)
        (tmp_path / "template.yaml").write_text(sam_template(text))
        (api,) = load_application(tmp_path / "template.yaml").apis
        (route,) = (each for each in api.routes if each.method == "POST")
        return route.validation

    return load


def test_sams_models_and_parameters_are_validated(load: Load) -> None:
    validation = load(
        """
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: Prod
              Models:
                User: {type: object, required: [name], properties: {name: {type: string}}}
          F:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.11
              Handler: a.b
              CodeUri: code
              Events:
                Put:
                  Type: Api
                  Properties:
                    RestApiId: !Ref Api
                    Path: /users
                    Method: post
                    RequestModel:
                      {Model: User, Required: true, ValidateBody: true, ValidateParameters: true}
                    RequestParameters:
                      - method.request.querystring.page: {Required: true}
                      - method.request.header.X-Shop
        """
    )
    assert validation.parameters == ("querystring.page",)
    assert validation.models == {"application/json": {"$ref": "#/definitions/user", **SHARED}}


RESOURCES = """
    Resources:
      F:
        Type: AWS::Lambda::Function
        Properties: {Runtime: python3.11, Handler: a.b, Code: code, Role: r}
      Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: api}}
      User:
        Type: AWS::ApiGateway::Model
        Properties:
          RestApiId: !Ref Api
          ContentType: application/json
          Schema: {type: object, required: [name], properties: {name: {type: string}}}
      Users:
        Type: AWS::ApiGateway::Model
        Properties:
          RestApiId: !Ref Api
          ContentType: application/json
          Schema:
            type: array
            items:
              $ref: !Sub 'https://apigateway.amazonaws.com/restapis/${Api}/models/${User}'
      Rules:
        Type: AWS::ApiGateway::RequestValidator
        Properties:
          RestApiId: !Ref Api
          ValidateRequestBody: BODY
          ValidateRequestParameters: true
      Post:
        Type: AWS::ApiGateway::Method
        Properties:
          RestApiId: !Ref Api
          ResourceId: !GetAtt Api.RootResourceId
          HttpMethod: POST
          RequestValidatorId: !Ref Rules
          RequestModels: {application/json: !Ref Users}
          RequestParameters: {method.request.querystring.page: true, method.request.path.id: false}
          Integration:
            Type: AWS_PROXY
            IntegrationHttpMethod: POST
            Uri: !Sub 'arn:aws:apigateway:us-east-1:lambda:path/functions/${F.Arn}/invocations'
"""


def test_resources_of_api_gateway_are_validated(load: Load) -> None:
    validation = load(RESOURCES.replace("BODY", "true"))

    assert validation.parameters == ("querystring.page",)
    (model,) = validation.models.values()
    assert model["items"] == {"$ref": "#/models/User"}
    assert model["models"]["User"] == USER


def test_a_validator_looks_at_what_it_names_alone(load: Load) -> None:
    assert load(RESOURCES.replace("BODY", "false")).models == {}


def post(served: Served, body: str, target: str = "/7?page=1", *headers: str) -> RawAnswer:
    lines = "".join(f"{each}\r\n" for each in ("Host: localhost", "X-Shop: a", *headers))
    head = f"POST {target} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    return served.ask((head + body).encode())


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    error = {"application/json": '{"why": "$context.error.validationErrorString"}'}
    api = RestApi(
        "Api",
        (Route("POST", "/{id}", PROXY, validation=VALIDATION),),
        gateway_responses={"BAD_REQUEST_BODY": GatewayResponse(422, templates=error)},
    )
    functions = FakeFunctions({"F": lambda _event: returned("in")})
    with serve_api(api, functions) as served:
        yield served


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "the body is no JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"name": 1}', "[1 is not of type 'string']"),
        ("[]", "[[] is not of type 'object']"),
    ],
)
def test_a_body_that_is_not_as_its_model_says_is_refused(
    served: Served, body: str, why: str
) -> None:
    answer = post(served, body)
    assert (answer.status, json.loads(answer.body)) == (422, {"why": why})


def test_the_words_are_those_of_api_gateway() -> None:
    api = RestApi("Api", (Route("POST", "/{id}", PROXY, validation=VALIDATION),))
    with serve_api(api, FakeFunctions({})) as served:
        told: list[Any] = [
            post(served, "{}"),
            post(served, '{"name": "a"}', "/7?page="),
        ]
    assert [(each.status, json.loads(each.body)["message"]) for each in told] == [
        (400, "Invalid request body"),
        (400, "Missing required request parameters: [page]"),
    ]


@pytest.mark.parametrize(
    ("body", "headers"),
    [('{"name": "a"}', ()), ("name=a", ("Content-Type: application/x-www-form-urlencoded",))],
    ids=["as the model says", "of a type without a model"],
)
def test_others_get_in(served: Served, body: str, headers: tuple[str, ...]) -> None:
    answer = post(served, body, "/7?page=1", *headers)
    assert (answer.status, answer.body) == (200, b"in")


def test_a_model_that_refers_to_nothing_is_the_apis_own_fault() -> None:
    broken = Validation((), {"application/json": {"$ref": "#/models/Gone"}})
    api = RestApi("Api", (Route("POST", "/{id}", PROXY, validation=broken),))
    with serve_api(api, FakeFunctions({})) as served:
        assert post(served, "{}").status == 500
