"""Custom resources: their functions are called at the start, and what they answer counts."""

import json
import sys
import uuid
from collections.abc import Iterator

import pytest

import samulator
from samulator.control.embedding_thread import AppThread
from testkit.sam_template import sam_template

TEMPLATE = sam_template("""
    Globals:
      Function: {Runtime: RUNTIME, Handler: app.handler, CodeUri: code, Timeout: 10}
    Resources:
      Table:
        Type: AWS::DynamoDB::Table
        Properties:
          KeySchema: [{AttributeName: id, KeyType: HASH}]
          AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      Maker:
        Type: AWS::Serverless::Function
        Properties: {Environment: {Variables: {TABLE: !Ref Table}}}
      Inline:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: RUNTIME
          Handler: index.handler
          Role: arn:aws:iam::123456789012:role/r
          Code:
            ZipFile: |
              import cfnresponse
              def handler(event, context):
                  cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Word": "inline"}, "in")
      Row:
        Type: Custom::Row
        Properties: {ServiceToken: !GetAtt Maker.Arn, Id: one, Count: 3, IsOn: true, L: [1, {A: 2}]}
      Second:
        Type: AWS::CloudFormation::CustomResource
        Properties: {ServiceToken: !GetAtt Maker.Arn, Id: !Sub 'after-${Row.Word}', Of: !Ref Named}
      Later:
        Type: AWS::Serverless::Function
        Properties: {Environment: {Variables: {TABLE: !Ref Table, PREFIX: !GetAtt Row.Word}}}
      Third: {Type: Custom::Third, Properties: {ServiceToken: !GetAtt Later.Arn, Id: three}}
      OfInline: {Type: Custom::Inline, Properties: {ServiceToken: !GetAtt Inline.Arn}}
      Named: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Row.Word}}
      Refused: {Type: Custom::R, Properties: {ServiceToken: !GetAtt Maker.Arn, Id: refuse}}
      Raising: {Type: Custom::R, Properties: {ServiceToken: !GetAtt Maker.Arn, Id: fail}}
      Mute:
        Type: Custom::R
        Properties: {ServiceToken: !GetAtt Maker.Arn, Id: mute, ServiceTimeout: 1}
      Elsewhere: {Type: Custom::E, Properties: {ServiceToken: 'arn:aws:sns:us-east-1:1:topic'}}
      Wrong: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !GetAtt Row.Word}}
      Reader:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.variables
          Environment:
            Variables:
              ROW: !Ref Row
              WORDS: !Sub '${Row.Word} ${Second.Word} ${OfInline.Word}'
              QUEUE: !Ref Named
              THIRD: !GetAtt Third.Word
              LACKING: !GetAtt Row.Lacking
              REFUSED: !GetAtt Refused.Word
""").replace("RUNTIME", f"python3.{sys.version_info.minor}")

# As crhelper does it: to the host of the URL alone, by HTTPS.
CODE = """
import json, os
from http.client import HTTPSConnection
from urllib.parse import urlsplit

import boto3

def variables(event, context):
    return {name: os.environ[name] for name in event["names"]}

def handler(event, context):
    given = event["ResourceProperties"]["Id"]
    if given == "fail":
        raise ValueError("not today")
    if given == "mute":
        return
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    table.put_item(Item={"id": given, "event": json.dumps(event)})
    answer = {
        "Status": "FAILED" if given == "refuse" else "SUCCESS",
        "Reason": "it was told so",
        "PhysicalResourceId": f"row-{given}",
        "Data": {"Word": os.environ.get("PREFIX", "word") + f"-{given}"},
    }
    url = urlsplit(event["ResponseURL"])
    connection = HTTPSConnection(url.hostname)
    connection.request("PUT", f"{url.path}?{url.query}", json.dumps(answer))
    assert connection.getresponse().status == 200
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppThread]:
    folder = tmp_path_factory.mktemp("custom")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)
    (folder / "template.yaml").write_text(TEMPLATE)
    with samulator.run_in_thread(folder) as running:
        yield running


def test_the_event_is_cloudformations_with_texts_for_numbers_and_truths(app: AppThread) -> None:
    key = {"id": {"S": "one"}}
    item = app.client("dynamodb").get_item(TableName="Table", Key=key)["Item"]
    event = json.loads(item["event"]["S"])

    token = "arn:aws:lambda:us-east-1:123456789012:function:Maker"
    assert event.pop("ResponseURL").startswith("http://127.0.0.1:")
    assert event.pop("RequestId")
    stack, _, unique = event.pop("StackId").rpartition("/")
    assert stack == "arn:aws:cloudformation:us-east-1:123456789012:stack/local"
    assert str(uuid.UUID(unique)) == unique
    assert event == {
        "RequestType": "Create",
        "ServiceToken": token,
        "LogicalResourceId": "Row",
        "ResourceType": "Custom::Row",
        "ResourceProperties": {
            "ServiceToken": token,
            "Id": "one",
            "Count": "3",
            "IsOn": "true",
            "L": ["1", {"A": "2"}],
        },
    }


def test_variables_and_later_custom_resources_have_what_was_answered(app: AppThread) -> None:
    names = ["ROW", "WORDS", "THIRD", "LACKING", "REFUSED"]
    variables = app.invoke("Reader", {"names": names})

    assert variables["THIRD"] == "word-one-three"
    assert variables["ROW"] == "row-one"
    assert variables["WORDS"] == "word-one word-after-word-one inline"
    assert (variables["LACKING"], variables["REFUSED"]) == ("row-lacking", "refused-word")


def test_resources_of_aws_are_made_with_what_was_answered(app: AppThread) -> None:
    urls = app.client("sqs").list_queues()["QueueUrls"]

    assert [url.rpartition("/")[2] for url in urls] == ["word-one"]
    assert app.invoke("Reader", {"names": ["QUEUE"]}) == {"QUEUE": urls[0]}


@pytest.mark.parametrize(
    "line",
    [
        "Refused (Custom::R) is not there: Maker answered FAILED: it was told so",
        "Raising (Custom::R) is not there: Maker failed: ValueError: not today",
        "Mute (Custom::R) is not there: Maker has not answered to its ResponseURL within 1 s, a "
        "ServiceTimeout gives it longer",
        "Wrong (AWS::SQS::Queue) is not there: ",
        "Reader.Environment.Variables.LACKING: Row answered Word and no Lacking, here it is "
        "'row-lacking'",
        "Reader.Environment.Variables.REFUSED: Refused is not made here, so Word of it is "
        "'refused-word'",
    ],
)
def test_what_is_missing_is_one_line(app: AppThread, line: str) -> None:
    assert len([said for said in app.output.splitlines() if f"  {line}" in said]) == 1


def test_one_that_no_function_makes_is_named_with_what_does_nothing(app: AppThread) -> None:
    assert "Custom::E (1)" in app.output
