"""The requests that APIs make of services, by what integrations name."""

import json
from urllib.parse import parse_qs

import pytest

from samulator.http.services.service_request import UnknownService, finish, service_request
from samulator.http.services.xml_as_json import xml_as_json

SENT = """<?xml version="1.0"?>
<SendMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">
  <SendMessageResult><MessageId>m-1</MessageId></SendMessageResult>
  <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>
</SendMessageResponse>"""


@pytest.mark.parametrize(
    ("service", "action", "target"),
    [
        ("kinesis", "PutRecord", "Kinesis_20131202.PutRecord"),
        ("dynamodb", "PutItem", "DynamoDB_20120810.PutItem"),
        ("events", "PutEvents", "AWSEvents.PutEvents"),
        ("states", "StartExecution", "AWSStepFunctions.StartExecution"),
    ],
)
def test_an_action_of_a_json_service_is_named_in_a_header(service, action, target):
    request = service_request(service, f"action/{action}", "POST")
    assert request.headers["x-amz-target"] == target


def test_an_action_of_the_query_protocol_is_one_form_with_its_parameters():
    request = service_request("sns", "action/Publish", "POST")
    request.query["Message"] = "hello & bye"
    form = parse_qs(finish(request).body)
    assert form == {"Action": ["Publish"], "Message": ["hello & bye"], "Version": ["2010-03-31"]}


def test_the_form_of_a_mapping_template_is_completed():
    request = service_request("sqs", "path/123456789012/jobs", "POST")
    request.body = 'Action=SendMessage&MessageBody={"a": 1}'
    finished = finish(request)
    assert finished.path == "/123456789012/jobs"
    assert parse_qs(finished.body)["MessageBody"] == ['{"a": 1}']


def test_a_service_that_is_not_here_is_named():
    with pytest.raises(UnknownService, match="sagemaker"):
        service_request("runtime.sagemaker", "path/endpoints/a/invocations", "POST")


def test_the_answer_of_a_queue_reads_as_the_json_that_api_gateway_asks_for():
    assert json.loads(xml_as_json(SENT)) == {
        "SendMessageResponse": {
            "SendMessageResult": {
                "MD5OfMessageAttributes": None,
                "MD5OfMessageSystemAttributes": None,
                "SequenceNumber": None,
                "MessageId": "m-1",
            },
            "ResponseMetadata": {"RequestId": "r-1"},
        }
    }
