"""Lambda's Invoke API, called by boto3 as any program would."""

import asyncio
import base64
import json

import boto3
import httpx
import pytest
from aiohttp import ClientSession
from botocore.config import Config
from botocore.exceptions import ClientError

from samulator.control.local_toml import StartInvoke
from samulator.control.start_invokes import StartFailed, run_start_invokes
from samulator.functions.containers.endpoint import LambdaEndpoint
from samulator.functions.invocation import NotInvoked
from testkit.other_app_runner import OtherApp
from testkit.raw_http import exchange


@pytest.fixture(scope="module")
def client(other_app: OtherApp):
    client = boto3.client(
        "lambda",
        endpoint_url=other_app.lambda_url,
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def code_of(error: ClientError) -> tuple[int, str]:
    response = error.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


@pytest.mark.parametrize(
    "name",
    [
        "UploadFunction",
        "arn:aws:lambda:us-east-1:123456789012:function:UploadFunction",
        "123456789012:function:UploadFunction",
        "UploadFunction:$LATEST",
        "local-nightly",
        "NightlyFunction",
    ],
)
def test_request_response_returns_the_result(client, name):
    answer = client.invoke(FunctionName=name, Payload=b'{"n": 1}')

    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert json.load(answer["Payload"])["event"] == {"n": 1}


def test_invoke_without_a_payload_sends_an_empty_object(client):
    answer = client.invoke(FunctionName="UploadFunction")

    assert json.load(answer["Payload"])["event"] == {}


def test_request_id_is_the_one_the_function_sees(client):
    answer = client.invoke(FunctionName="UploadFunction")

    seen = json.load(answer["Payload"])["request_id"]
    assert seen == answer["ResponseMetadata"]["RequestId"]


def test_error_of_the_function_is_marked_and_its_log_returned(client):
    answer = client.invoke(FunctionName="UploadFunction", Payload=b'{"fail": 1}', LogType="Tail")

    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.load(answer["Payload"])["errorMessage"] == "asked to fail"
    log = base64.b64decode(answer["LogResult"]).decode()
    assert log.startswith("START RequestId:")
    assert "[ERROR] RuntimeError: asked to fail\nTraceback" in log


def test_log_is_returned_only_when_asked_for(client):
    assert "LogResult" not in client.invoke(FunctionName="UploadFunction")


def test_client_context_reaches_the_function(client):
    context = base64.b64encode(b'{"custom": {"who": "me"}}').decode()

    answer = client.invoke(FunctionName="UploadFunction", ClientContext=context)

    assert "FunctionError" not in answer


@pytest.mark.parametrize("context", ["not base64!", "/w==", "e25vdCBqc29u", "WzFd"])
def test_client_context_that_cannot_be_read_is_named_as_the_cause(client, other_app, context):
    before = len(other_app.recorder.invocations)

    with pytest.raises(client.exceptions.InvalidRequestContentException) as caught:
        client.invoke(FunctionName="UploadFunction", ClientContext=context)

    assert "Client context must be a valid Base64-encoded JSON object" in str(caught.value)
    assert "request body" not in str(caught.value)
    assert len(other_app.recorder.invocations) == before


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_web_page_of_somebody_else_cannot_invoke(other_app, origin):
    before = len(other_app.recorder.invocations)

    response = httpx.post(
        f"{other_app.lambda_url}/2015-03-31/functions/UploadFunction/invocations",
        headers={"Origin": origin, "Content-Type": "text/plain"},
        content=b"{}",
    )

    assert response.status_code == 403
    assert response.headers["x-amzn-errortype"] == "AccessDeniedException"
    assert response.json()["message"] == f"Web pages of {origin} have no access"
    assert len(other_app.recorder.invocations) == before


def test_event_is_accepted_retried_and_its_failure_recorded(client, other_app):
    other_app.failures.clear()
    before = len(other_app.recorder.invocations)

    answer = client.invoke(
        FunctionName="UploadFunction", InvocationType="Event", Payload=b'{"fail": 1}'
    )
    other_app.call(other_app.functions.drain())

    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    attempts = other_app.recorder.invocations[before:]
    assert len(attempts) == 2
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert {attempt.request_id for attempt in attempts} == {request_id}
    ((queue, record),) = other_app.failures
    assert queue == "failed"
    assert record["requestContext"] == {
        "requestId": request_id,
        "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:UploadFunction:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 2,
    }
    assert record["requestPayload"] == {"fail": 1}
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorMessage"] == "asked to fail"


def test_event_that_succeeds_runs_once_and_leaves_no_record(client, other_app):
    other_app.failures.clear()
    before = len(other_app.recorder.invocations)

    client.invoke(FunctionName="UploadFunction", InvocationType="Event", Payload=b"{}")
    other_app.call(other_app.functions.drain())

    assert len(other_app.recorder.invocations) - before == 1
    assert other_app.failures == []


def test_dry_run_runs_nothing(client, other_app):
    before = len(other_app.recorder.invocations)

    answer = client.invoke(FunctionName="UploadFunction", InvocationType="DryRun")

    assert answer["StatusCode"] == 204
    assert len(other_app.recorder.invocations) == before


ARN = "arn:aws:lambda:us-east-1:123456789012:function"


@pytest.mark.parametrize(
    ("name", "qualifier", "missing"),
    [
        ("Nobody", None, f"{ARN}:Nobody"),
        ("UploadFunction", "nosuch", f"{ARN}:UploadFunction:nosuch"),
        ("UploadFunction:nosuch", None, f"{ARN}:UploadFunction:nosuch"),
        (f"{ARN}:UploadFunction:99", None, f"{ARN}:UploadFunction:99"),
        ("123456789012:function:UploadFunction", "1", f"{ARN}:UploadFunction:1"),
        ("999999999999:function:UploadFunction", None, "999999999999:function:UploadFunction"),
        (f"{ARN}:Nobody".replace("us-east-1", "eu-west-1"), None, "are not reachable in"),
    ],
)
@pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
def test_what_is_not_there_is_not_found(client, name, qualifier, missing, kind):
    more = {"Qualifier": qualifier} if qualifier else {}

    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.invoke(FunctionName=name, InvocationType=kind, **more)

    assert code_of(caught.value)[0] == 404
    assert missing in str(caught.value)


@pytest.mark.parametrize("name", ["NightlyFunction", "local-nightly", f"{ARN}:local-nightly"])
@pytest.mark.parametrize(("qualifier", "version"), [("live", "1"), ("1", "1"), ("$LATEST",) * 2])
@pytest.mark.parametrize("apart", [False, True])
def test_alias_and_version_that_sam_publishes_are_invoked(client, name, qualifier, version, apart):
    parts = {"FunctionName": name, "Qualifier": qualifier}
    answer = client.invoke(**(parts if apart else {"FunctionName": f"{name}:{qualifier}"}))

    assert answer["ExecutedVersion"] == version
    assert json.load(answer["Payload"])["arn"] == f"{ARN}:local-nightly:{qualifier}"


def test_qualifiers_that_contradict_each_other_are_refused(client):
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="does not match"):
        client.invoke(FunctionName="NightlyFunction:1", Qualifier="live")


@pytest.mark.parametrize(
    ("path", "headers", "body", "expected"),
    [
        ("functions/Upload%20Function/invocations", {}, b"", (400, "ValidationException")),
        ("functions//invocations", {}, b"", (400, "ValidationException")),
        ("functions/UploadFunction/invocations?Qualifier=a.b", {}, b"", (400, "Validation")),
        ("functions/UploadFunction/invocations", {"x-amz-log-type": "All"}, b"", (400, "Valid")),
        ("functions/UploadFunction/nothing", {}, b"", (404, "UnknownOperationException")),
        ("functions/UploadFunction/invocations", {"content-type": "text/xml"}, b"{}", (415, "Uns")),
        ("functions/UploadFunction/invocations", {}, b"[" * 20_000, (400, "InvalidRequestCont")),
        ("functions/Nobody%3A1/invocations", {}, b"", (404, "ResourceNotFoundException")),
        (f"functions/{ARN}:Nobody/invocations".replace(":", "%3A"), {}, b"", (404, "Resource")),
    ],
)
def test_what_no_sdk_sends_gets_an_error_of_lambdas(other_app, path, headers, body, expected):
    response = httpx.post(
        f"{other_app.lambda_url}/2015-03-31/{path}", headers=headers, content=body
    )

    status, code = expected
    assert response.status_code == status
    assert response.headers["x-amzn-errortype"].startswith(code)
    assert response.headers["x-amzn-requestid"]
    assert response.json()["Type"] == "User"
    assert response.json()["Message"] == response.json()["message"]


@pytest.mark.parametrize("sent", [b"GARBAGE\r\n\r\n", b"POST /2015-03-31 HTTP/1.1\r\n\r\n", b"PO"])
def test_what_is_no_http_gets_an_error_of_lambdas(other_app, sent):
    (answer,) = exchange(other_app.lambda_url, sent)

    assert (answer.status, answer.header("x-amzn-errortype")) == (400, "BadRequestException")


def test_function_that_reserves_no_concurrency_is_throttled(client):
    with pytest.raises(client.exceptions.TooManyRequestsException) as caught:
        client.invoke(FunctionName="SwitchedOffFunction")

    assert code_of(caught.value)[0] == 429
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_payload_that_is_no_json_is_refused(client):
    with pytest.raises(client.exceptions.InvalidRequestContentException) as caught:
        client.invoke(FunctionName="UploadFunction", Payload=b"{not json")

    assert code_of(caught.value)[0] == 400
    assert "Could not parse request body into json" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "size", "limit"),
    [("RequestResponse", 6 * 1024 * 1024, 6291456), ("Event", 1024 * 1024, 1048576)],
)
def test_payload_over_the_limit_is_refused(client, kind, size, limit):
    with pytest.raises(client.exceptions.RequestTooLargeException) as caught:
        client.invoke(
            FunctionName="UploadFunction", InvocationType=kind, Payload=b'"' + b"x" * size + b'"'
        )

    assert code_of(caught.value)[0] == 413
    assert f"limit {limit} bytes" in str(caught.value)


def test_unknown_invocation_type_is_refused(client):
    with pytest.raises(ClientError, match=r"ValidationException.*'Sometimes' at 'invocationType'"):
        client.invoke(FunctionName="UploadFunction", InvocationType="Sometimes")


def test_other_calls_of_the_api_say_that_they_are_not_offered(client):
    with pytest.raises(ClientError, match="only the Invoke API is"):
        client.list_functions()


@pytest.mark.parametrize("stop", [False, True])
def test_refusal_of_another_lambda_endpoint_is_no_reason_to_end(other_app, stop):
    """As `sam local start-lambda` refuses; an endpoint that is gone is named as the cause too."""
    url = "http://127.0.0.1:9" if stop else other_app.lambda_url

    async def invoke(kind: str) -> None:
        async with ClientSession() as session:
            await getattr(LambdaEndpoint(url, session), kind)("Nobody", b"{}")

    for kind in ("invoke", "invoke_event"):
        with pytest.raises(NotInvoked, match=r"sam local start-lambda") as caught:
            asyncio.run(invoke(kind))
        assert ("Cannot connect" if stop else "function:Nobody") in str(caught.value)


def test_misspelt_function_to_start_with_is_named(other_app):
    starts = [StartInvoke("MigrateFuncton", b"{}")]

    with pytest.raises(StartFailed) as caught:
        other_app.call(run_start_invokes(starts, other_app.functions))

    arn = "arn:aws:lambda:us-east-1:123456789012:function:MigrateFuncton"
    expected = f"local.toml: [[start]] MigrateFuncton: Function not found: {arn}"
    assert str(caught.value) == expected
