"""Event invokes of functions that are busy, reserve nothing, or hand on to another."""

import asyncio
import json
import textwrap
from pathlib import Path

import pytest

from testkit.other_app_runner import OtherApp

HANDLERS = """
import os, time

def wait(event, context):
    while not os.path.exists(event["until"]):
        time.sleep(0.01)

def note(event, context):
    print("got", event["requestContext"]["condition"], event["requestPayload"])
"""


@pytest.fixture
def app(tmp_path: Path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code/app.py").write_text(HANDLERS)
    (tmp_path / "template.yaml").write_text(
        textwrap.dedent("""
        Globals:
          Function: {CodeUri: code, Handler: app.wait, Runtime: python3.11, Timeout: 60}
        Resources:
          Busy:
            Type: AWS::Serverless::Function
            Properties:
              ReservedConcurrentExecutions: 1
              EventInvokeConfig:
                MaximumEventAgeInSeconds: 1
                DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Q.Arn}}
          Off:
            Type: AWS::Serverless::Function
            Properties:
              ReservedConcurrentExecutions: 0
              EventInvokeConfig:
                DestinationConfig: {OnFailure: {Type: Lambda, Destination: !GetAtt Note.Arn}}
          Note: {Type: AWS::Serverless::Function, Properties: {Handler: app.note}}
          Q: {Type: AWS::SQS::Queue}
        """)
    )
    running = OtherApp(tmp_path / "template.yaml")
    yield running
    running.close()


def test_an_event_too_old_for_a_busy_function_is_dropped_and_the_worker_is_not(app, tmp_path):
    done = tmp_path / "done"
    payload = json.dumps({"until": str(done)}).encode()

    async def keep_busy():
        running = asyncio.create_task(app.functions.invoke("Busy", payload))
        await asyncio.sleep(0)
        await app.functions.invoke_event("Busy", payload)
        await app.functions.drain()
        done.touch()
        return await running

    assert app.call(keep_busy()).function_error is None
    ((queue, record),) = app.failures
    assert queue == "Q"
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert app.invoke("Busy", {"until": str(done)}).function_error is None


def test_a_record_reaches_a_function(app):
    app.call(app.functions.invoke_event("Off", b'{"a": 1}'))
    app.call(app.functions.drain())

    lines = [line for name, line in app.recorder.lines if name == "Note"]
    assert any("got ZeroReservedConcurrency {'a': 1}" in line for line in lines)
