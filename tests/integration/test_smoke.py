"""The function that CodeDeploy calls before a release: on the running stack, and at the edges."""

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from smoke.handler import handler
from smoke.versions import Functions
from tests.embedded_stack import EmbeddedStack
from tests.role_policies import Call, recorded_calls, roles
from tests.template_document import read_document
from tests.unit.deploy.test_template import ROOT

API = "arn:aws:lambda:us-east-1:123456789012:function:UsersApiFunction"
ETL = "arn:aws:lambda:us-east-1:123456789012:function:SalesEtlFunction"
DATASETS, QUERY, CHECK = (
    f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    for name in ("DatasetsFunction", "DatasetQueryFunction", "DatasetCheckFunction")
)
HOOK = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}


class Context:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


class Aws:
    """Lambda and CodeDeploy, as much as the function asks them: `told` is what CodeDeploy heard.

    `answer` is the API's at every path; `busy` is how often Lambda says that it is not ready;
    `pauses` are the seconds for which the function would have waited.
    """

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.invoked: list[str] = []
        self.live = {API: "12", ETL: "7", DATASETS: "3", QUERY: "3", CHECK: "3"}
        self.datasets = {"3": 404, "4": 404}
        self.answer: tuple[int, Any] = (500, {})
        self.busy = 0
        self.pauses: list[float] = []

    def reply(self, path: str, body: bytes, target: str) -> tuple[int, Any]:
        if target.endswith("PutLifecycleEventHookExecutionStatus"):
            self.told.append(json.loads(body))
            return 200, {}
        function, _, rest = path.removeprefix("/2015-03-31/functions/").partition("/")
        function = function.replace("%3A", ":")
        if rest.startswith("aliases/"):
            return (
                (200, {"FunctionVersion": self.live[function]})
                if function in self.live
                else (404, {})
            )
        self.invoked.append(f"{function.rpartition(':')[2]}:{rest.rpartition('=')[2]}")
        if self.busy:
            self.busy -= 1
            return 409, {}
        if function == ETL:
            key = json.loads(body)["Records"][0]["s3"]["object"]["key"]
            return 200, {"results": [{"key": key, "status": "gone"}]}
        if function in (DATASETS, QUERY, CHECK):
            return 200, {"statusCode": self.datasets[rest.rpartition("=")[2]], "body": "{}"}
        status, document = self.answer
        return 200, {"statusCode": status, "body": json.dumps(document)}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    known = Aws()
    kinds = {404: "ResourceNotFoundException", 409: "ResourceConflictException"}

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = known.reply(self.path, body, self.headers.get("X-Amz-Target") or "")
            payload = json.dumps(answer).encode()
            self.send_response(status)
            if status in kinds:
                self.send_header("x-amzn-ErrorType", kinds[status])
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    for name, text in {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "API_VERSION": f"{API}:13",
        "ETL_VERSION": f"{ETL}:8",
        "DATASETS_VERSION": f"{DATASETS}:4",
        "QUERY_VERSION": f"{QUERY}:4",
        "CHECK_VERSION": f"{CHECK}:4",
        "LANDING_BUCKET": "sales-landing",
    }.items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr("smoke.handler.Functions", partial(Functions, pause=known.pauses.append))
    yield known
    server.shutdown()
    server.server_close()


def run(seconds: float = 300.0, event: dict[str, str] = HOOK) -> dict[str, str]:
    return handler(dict(event), Context(seconds))


def told(status: str) -> list[dict[str, str]]:
    return [
        {
            "deploymentId": "d-1",
            "lifecycleEventHookExecutionId": "hook-1",
            "status": status,
        }
    ]


def test_what_runs_on_this_machine_passes(stack: EmbeddedStack) -> None:
    """The function itself, in its worker, on the real API and the real ETL."""
    client = boto3.client(
        "lambda",
        endpoint_url=stack.lambda_url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    answer = client.invoke(FunctionName="SmokeFunction", Payload=b"{}")
    assert json.load(answer["Payload"]) == {"status": "Succeeded", "fault": ""}


def test_a_broken_release_is_told_to_codedeploy_with_its_reason_in_the_log(aws: Aws) -> None:
    assert run() == {"status": "Failed", "fault": "GET /status/ready answered 500"}
    assert aws.told == told("Failed")
    assert aws.invoked[0] == "UsersApiFunction:13"


def test_a_rollback_is_let_through_whatever_the_older_version_answers(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its database may be what is down: a rollback that waits for it would never end."""
    monkeypatch.setenv("API_VERSION", f"{API}:12")
    monkeypatch.setenv("ETL_VERSION", f"{ETL}:6")
    for name, arn in (("DATASETS", DATASETS), ("QUERY", QUERY), ("CHECK", CHECK)):
        monkeypatch.setenv(f"{name}_VERSION", f"{arn}:2")
    assert run()["status"] == "Succeeded"
    assert (aws.told, aws.invoked) == (told("Succeeded"), [])


def test_a_version_that_was_published_a_moment_ago_is_waited_for(aws: Aws) -> None:
    aws.busy = 5
    run()
    assert aws.invoked[:6] == ["UsersApiFunction:13"] * 6
    assert aws.pauses == [5.0] * 5


def test_codedeploy_hears_of_it_before_this_function_is_stopped(aws: Aws) -> None:
    """Told nothing, CodeDeploy waits for an hour."""
    assert run(seconds=20.0)["fault"] == "UsersApiFunction:13 cannot be invoked: no time is left"
    assert (aws.told, aws.invoked) == (told("Failed"), [])


def test_what_this_function_itself_gets_wrong_is_told_as_well(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ETL_VERSION")
    assert run()["fault"] == "The environment is wrong: ETL_VERSION is empty"
    monkeypatch.setenv("ETL_VERSION", f"{ETL}:8")
    del aws.live[ETL]
    aws.answer = (200, "no object")
    assert run()["status"] == "Failed"
    assert aws.told == told("Failed") * 2


def test_an_etl_that_does_not_look_for_its_file_is_stopped(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_VERSION", f"{API}:12")
    assert run()["status"] == "Succeeded"
    reply: Callable[..., tuple[int, Any]] = aws.reply
    monkeypatch.setattr(
        aws,
        "reply",
        lambda p, b, t: (
            (200, {"results": []}) if "ETL" in p.upper() and "invocations" in p else reply(p, b, t)
        ),
    )
    assert "did not look for the file" in run()["fault"]


@pytest.mark.parametrize("broken", ["DATASETS", "QUERY", "CHECK"])
def test_a_function_of_datasets_that_cannot_look_is_stopped_unless_the_old_one_cannot_either(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setenv("API_VERSION", f"{API}:12")
    for name, arn in (("DATASETS", DATASETS), ("QUERY", QUERY), ("CHECK", CHECK)):
        monkeypatch.setenv(f"{name}_VERSION", f"{arn}:{4 if name == broken else 3}")
    aws.datasets["4"] = 503
    assert run()["fault"].endswith("of a dataset that is not there answered 503, not 404")
    aws.datasets["3"] = 503
    assert run()["status"] == "Succeeded"


def test_its_limits_leave_time_to_tell_what_was_found() -> None:
    function = read_document(ROOT / "template.yaml")["Resources"]["SmokeFunction"]["Properties"]
    assert function["Timeout"] >= 300
    assert function["FunctionName"]["Fn::Sub"].startswith("CodeDeployHook_")


def test_it_makes_exactly_the_calls_that_its_role_allows(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = {"UsersApiArn": API, "SalesEtlArn": ETL, "Logs": "arn:aws:logs:::log-group:x:*"}
    parameters |= {"DatasetsArn": DATASETS, "DatasetQueryArn": QUERY, "DatasetCheckArn": CHECK}
    template = ROOT / "infrastructure" / "release_roles.yaml"
    role = roles(template, **parameters)["SmokeRole"]
    with recorded_calls() as calls:
        run()
        monkeypatch.setenv("API_VERSION", f"{API}:12")
        run()
    assert [call for call in calls if not role.allows(call)] == []
    assert {call.action for call in calls} == role.actions_of_the_code
    assert not role.allows(Call("lambda:InvokeFunction", f"{API}Other:1"))
    assert not role.allows(Call("lambda:UpdateAlias", API))
