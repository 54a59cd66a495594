"""A traced function finds the X-Ray daemon and its place in the trace of whoever called it."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from samulator.traces.journal import Journal
from samulator.traces.tree import Trace, traces
from testkit.other_app_runner import OtherApp
from testkit.timing import wait_until

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Traced:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      Tracing: MODE
      Events: {Any: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /, Method: GET}}}
      InlineCode: |
        import json, os, socket, time

        def handler(event, context):
            trace = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
            now = time.time()
            segment = {"type": "subsegment", "name": "work", "id": "0" * 15 + "1",
                       "trace_id": trace["Root"], "parent_id": trace["Parent"],
                       "start_time": now, "end_time": now}
            host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                header = json.dumps({"format": "json", "version": 1}) + "\\n"
                sender.sendto((header + json.dumps(segment)).encode(), (host, int(port)))
            if event.get("fails"):
                raise ValueError("on purpose")
            return {"statusCode": 200, "body": trace["Sampled"]}
"""
ROOT = "1-67000000-000000000000000000000001"
CALLER = "00000000000000cc"


def running(folder: Path, mode: str) -> OtherApp:
    template = folder / "template.yaml"
    template.write_text(TEMPLATE.replace("MODE", mode))
    return OtherApp(template, traces_file=folder / "traces.jsonl")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("traced")


@pytest.fixture(scope="module")
def app(folder: Path) -> Iterator[OtherApp]:
    app = running(folder, "Active")
    yield app
    app.close()


def get(app: OtherApp, trace: str) -> str:
    request = urllib.request.Request(app.url, headers={"X-Amzn-Trace-Id": trace})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def rows(trace: Trace) -> list[tuple[int, str, str | None]]:
    return [(depth, segment.name, segment.failure) for depth, segment in trace.walk()]


def find(folder: Path, text: str) -> Trace:
    def found() -> list[Trace]:
        kept = traces(Journal(folder / "traces.jsonl").read())
        return [each for each in kept if each.answers_to(text) and len([*each.walk()]) > 1]

    wait_until(lambda: bool(found()))
    return found()[0]


def test_a_request_is_traced_as_part_of_what_its_header_names(app: OtherApp, folder: Path):
    assert get(app, f"Root={ROOT};Parent={CALLER};Sampled=0") == "1"
    trace = find(folder, ROOT)
    assert rows(trace) == [(0, "Traced", None), (1, "work", None)]
    assert trace.roots[0].segment.parent_id == CALLER


def test_an_invocation_that_fails_is_a_fault_and_is_found_by_its_request_id(
    app: OtherApp, folder: Path
):
    failed = app.invoke("Traced", {"fails": True})
    assert json.loads(failed.payload)["errorMessage"] == "on purpose"
    trace = find(folder, failed.request_id)
    assert rows(trace) == [(0, "Traced", "fault"), (1, "work", None)]


def test_without_active_tracing_the_header_decides(tmp_path: Path):
    app = running(tmp_path, "PassThrough")
    try:
        assert get(app, f"Root={ROOT};Sampled=0") == "0"
        assert get(app, f"Root={ROOT};Sampled=1") == "1"
    finally:
        app.close()
    assert find(tmp_path, ROOT).roots[0].segment.name == "Traced"
