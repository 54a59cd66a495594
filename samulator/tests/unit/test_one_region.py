"""Code that names a region finds what the template declares, whatever region the stack has."""

import pytest
from werkzeug.test import EnvironBuilder

from samulator.servers.aws.one_region import OneRegion

SCOPE = "AWS4-HMAC-SHA256 Credential=local/20260102/{}/{}/aws4_request, SignedHeaders=host"


def authorization_behind(sent: str | None) -> str | None:
    """What the services get of what a client has sent."""
    got = []

    def services(environ, start_response):
        got.append(environ.get("HTTP_AUTHORIZATION"))
        start_response("200 OK", [])
        return [b""]

    headers = {} if sent is None else {"Authorization": sent}
    environ = EnvironBuilder(method="POST", headers=headers).get_environ()
    OneRegion(services, "us-east-1")(environ, lambda *_: lambda _: None)
    return got[0]


@pytest.mark.parametrize("service", ["dynamodb", "sqs", "secretsmanager", "events"])
def test_a_call_for_another_region_is_one_for_the_stack_s(service):
    answered = authorization_behind(SCOPE.format("eu-west-3", service))

    assert answered == SCOPE.format("us-east-1", service)


@pytest.mark.parametrize(
    "sent",
    [
        SCOPE.format("us-east-1", "dynamodb"),
        SCOPE.format("eu-west-3", "s3"),
        SCOPE.format("eu-west-3", "iam"),
        "Bearer eu-west-3",
        None,
    ],
)
def test_all_else_is_left_as_it_is_sent(sent):
    assert authorization_behind(sent) == sent
