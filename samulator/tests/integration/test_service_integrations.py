"""APIs of a template that ask services of AWS without a function, and what comes of it."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from samulator.servers.aws.service import AwsServer
from samulator.template.load import load_application
from testkit.aws_process import aws_client, started_aws
from testkit.doors import Served, serve_before
from testkit.timing import wait_until

TEMPLATE = r"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  Drops: {Type: AWS::Kinesis::Stream, Properties: {Name: drops, ShardCount: 1}}
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /jobs:
            post:
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/jobs
                passthroughBehavior: never
                requestParameters:
                  integration.request.header.Content-Type: "'application/x-www-form-urlencoded'"
                requestTemplates:
                  application/json: Action=SendMessage&MessageBody={"data":$input.body}
                responses: {default: {statusCode: 202}}
          /drops/{stream}:
            put:
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:kinesis:action/PutRecord
                requestTemplates:
                  application/json: |
                    {"StreamName": "$input.params('stream')",
                     "Data": "$util.base64Encode($input.path('$.drop'))",
                     "PartitionKey": "$context.requestId"}
                responses:
                  "200":
                    statusCode: 201
                    responseTemplates:
                      application/json: |
                        {"shard": "$input.path('$.ShardId')"}
                    responseParameters:
                      method.response.header.X-Kind: "'drop'"
                  '4\d{2}':
                    statusCode: 400
                    responseTemplates:
                      application/json: '{"refused": true}'
          /endpoints:
            post:
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:runtime.sagemaker:path/endpoints/a
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /http/jobs:
            post:
              x-amazon-apigateway-integration:
                type: aws_proxy
                integrationSubtype: SQS-SendMessage
                payloadFormatVersion: "1.0"
                requestParameters:
                  QueueUrl: !Ref Jobs
                  MessageBody: $request.body.job
          /http/drops:
            post:
              x-amazon-apigateway-integration:
                type: aws_proxy
                integrationSubtype: Kinesis-PutRecord
                payloadFormatVersion: "1.0"
                requestParameters:
                  StreamName: drops
                  PartitionKey: $request.header.x-key
                  Data: $request.body
"""
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsServer]:
    folder: Path = tmp_path_factory.mktemp("aws")
    with started_aws(
        folder,
        ("AWS::SQS::Queue", "jobs", {"QueueName": "jobs"}),
        ("AWS::Kinesis::Stream", "drops", {"Name": "drops", "ShardCount": 1}),
    ) as server:
        yield server


@pytest.fixture(scope="module")
def api(aws: AwsServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    template = tmp_path_factory.mktemp("app") / "template.yaml"
    template.write_text(TEMPLATE)
    application = load_application(template, aws_url=aws.url)
    with serve_before(aws.url, *application.apis) as served:
        yield served


def ask(served: Served, method: str, path: str, body: str, **headers: str):
    """Status, JSON or text, and headers of the answer."""
    request = urllib.request.Request(
        served.url + path,
        data=body.encode(),
        method=method,
        headers={**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}},
    )
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        text = answer.read().decode()
        return answer.status, text, answer.headers


def received(aws: AwsServer) -> str:
    """The next message of the queue, which is then deleted."""
    sqs = aws_client(aws, "sqs")
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return message["Body"]


def records(aws: AwsServer) -> list[tuple[str, str]]:
    """Data and partition key of each record of the stream."""
    kinesis = aws_client(aws, "kinesis")
    shard = kinesis.list_shards(StreamName="drops")["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(
        StreamName="drops", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = kinesis.get_records(ShardIterator=iterator)["Records"]
    return [(each["Data"].decode(), each["PartitionKey"]) for each in found]


def test_a_rest_api_sends_a_message_and_answers_as_sqs_does_in_json(api, aws):
    status, text, _ = ask(api, "POST", "/jobs", '{"a": 1}')
    assert status == 202
    assert json.loads(text)["SendMessageResponse"]["SendMessageResult"]["MessageId"]
    assert received(aws) == '{"data":{"a": 1}}'


def test_a_media_type_without_a_template_is_refused_where_nothing_passes_through(api):
    status, text, _ = ask(api, "POST", "/jobs", "a=1", Content_Type="text/plain")
    assert (status, json.loads(text)) == (415, {"message": "Unsupported Media Type"})


def test_a_rest_api_puts_a_record_and_maps_the_answer(api, aws):
    status, text, headers = ask(api, "PUT", "/drops/drops", '{"drop": "rain"}')
    assert (status, json.loads(text)) == (201, {"shard": "shardId-000000000000"})
    assert headers["X-Kind"] == "drop"
    wait_until(lambda: "rain" in [data for data, _ in records(aws)])


def test_the_answer_is_chosen_by_the_status_of_the_service(api):
    status, text, _ = ask(api, "PUT", "/drops/elsewhere", '{"drop": "rain"}')
    assert (status, json.loads(text)) == (400, {"refused": True})


def test_a_body_that_the_template_cannot_read_is_a_fault_of_the_api(api):
    status, text, _ = ask(api, "PUT", "/drops/drops", "no json")
    assert (status, json.loads(text)) == (500, {"message": "Internal server error"})
    assert "no JSON" in api.exchanges[-1].problem


def test_a_service_that_does_not_answer_here_is_named(api):
    status, _, _ = ask(api, "POST", "/endpoints", "{}")
    assert status == 501
    assert "runtime.sagemaker answers no requests here" in api.exchanges[-1].problem


def test_an_http_api_sends_a_part_of_the_body(api, aws):
    status, text, _ = ask(api, "POST", "/http/jobs", '{"job": "sweep"}')
    assert status == 200
    assert "SendMessageResponse" in text
    assert received(aws) == "sweep"


def test_an_http_api_puts_a_record_with_a_header_as_its_key(api, aws):
    status, text, _ = ask(api, "POST", "/http/drops", "hail", X_Key="k-1")
    assert status == 200
    assert json.loads(text)["SequenceNumber"]
    wait_until(lambda: ("hail", "k-1") in records(aws))
