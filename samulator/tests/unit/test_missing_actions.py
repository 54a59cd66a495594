"""What moto lacks or fails at is an error that a client reads, and no page."""

import json

import pytest
from werkzeug.test import Client

from samulator.servers.aws.services import service_application

SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260102/us-east-1/{}/aws4_request"


def asked(service, target):
    client = Client(service_application(service))
    return client.post(
        "/",
        data="{}",
        headers={
            "Authorization": SIGNED.format(service),
            "Content-Type": "application/x-amz-json-1.1",
            "Host": f"{service}.us-east-1.amazonaws.com",
            "X-Amz-Target": target,
        },
    )


def test_an_action_that_moto_lacks_is_named():
    answer = asked("ssm", "AmazonSSM.GetCalendarState")

    assert answer.status_code == 501
    assert answer.headers["x-amzn-ErrorType"] == "NotImplemented"
    assert json.loads(answer.text)["message"] == (
        "ssm of this machine lacks it: The get_calendar_state action has not been implemented"
    )


def test_a_fault_of_moto_says_that_it_is_one(monkeypatch):
    from moto.ssm.responses import SimpleSystemManagerResponse

    def fail(_request):
        raise KeyError("documents")

    monkeypatch.setattr(SimpleSystemManagerResponse, "list_documents", fail)

    answer = asked("ssm", "AmazonSSM.ListDocuments")

    assert answer.status_code == 500
    assert json.loads(answer.text) == {
        "__type": "InternalFailure",
        "message": "the local ssm failed, KeyError: 'documents'",
    }


@pytest.mark.parametrize("target", ["AmazonSSM.DescribeParameters"])
def test_what_moto_has_is_answered_as_before(target):
    assert asked("ssm", target).status_code == 200
