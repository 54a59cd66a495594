"""A REST API with real functions behind it: AWS's own hello world, and what it grows into."""

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from testkit.other_app_runner import OtherApp
from testkit.timing import LONG_SECONDS

TEMPLATE = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Timeout: 3, Runtime: python3.11, CodeUri: hello}
  Api: {BinaryMediaTypes: [image~1png]}
Resources:
  HelloWorldFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.lambda_handler
      Events:
        Hello: {Type: Api, Properties: {Path: /hello, Method: get}}
        Proxy: {Type: Api, Properties: {Path: "/things/{proxy+}", Method: any}}
  ImageFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.image
      Events: {Image: {Type: Api, Properties: {Path: /image, Method: post}}}
  FailingFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.fail
      Events: {Fail: {Type: Api, Properties: {Path: /fail, Method: get}}}
"""
CODE = """
import json

def lambda_handler(event, context):
    if event["path"] == "/hello":
        return {"statusCode": 200, "body": json.dumps({"message": "hello world"})}
    return {"statusCode": 200, "body": json.dumps(event)}

def image(event, context):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "image/png"},
        "body": event["body"],
        "isBase64Encoded": event["isBase64Encoded"],
    }

def fail(event, context):
    raise KeyError("gone")
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    project: Path = tmp_path_factory.mktemp("hello")
    (project / "template.yaml").write_text(TEMPLATE)
    (project / "hello").mkdir()
    (project / "hello" / "app.py").write_text(CODE)
    app = OtherApp(project / "template.yaml")
    with httpx.Client(base_url=app.url, timeout=LONG_SECONDS) as client:
        yield client
    app.close()


def test_hello_world_answers(client: httpx.Client) -> None:
    response = client.get("/hello")

    assert (response.status_code, response.json()) == (200, {"message": "hello world"})
    assert response.headers["content-type"] == "application/json"


def test_the_rest_of_the_path_reaches_the_function(client: httpx.Client) -> None:
    event = client.put("/things/a/b%20c?x=1&x=2", content="text").json()

    assert event["resource"] == "/things/{proxy+}"
    assert event["pathParameters"] == {"proxy": "a/b%20c"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert (event["body"], event["isBase64Encoded"]) == ("text", False)
    assert event["requestContext"]["path"] == "/Prod/things/a/b%20c"


def test_bytes_pass_through_both_ways(client: httpx.Client) -> None:
    image = bytes(range(256))
    headers = {"content-type": "image/png", "accept": "image/png"}

    whole = client.post("/image", content=image, headers=headers)
    as_text = client.post("/image", content=image, headers=headers | {"accept": "*/*"})

    assert whole.content == image
    assert as_text.content == base64.b64encode(image)


def test_a_function_that_raises_is_a_502(client: httpx.Client) -> None:
    response = client.get("/fail")

    assert (response.status_code, response.text) == (502, '{"message":"Internal server error"}')


def test_a_path_that_is_not_there_is_a_403(client: httpx.Client) -> None:
    response = client.get("/Prod/hello")

    assert (response.status_code, response.json()) == (
        403,
        {"message": "Missing Authentication Token"},
    )
