"""What LoggingConfig says of a function: the format, level and group of what it logs."""

import json
from pathlib import Path

from testkit.other_app_runner import OtherApp

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
Resources:
  Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /shop/all}}
  Default:
    Type: AWS::Serverless::Function
    Properties: {LoggingConfig: {LogFormat: JSON, LogGroup: !Ref Group}}
  Detailed:
    Type: AWS::Serverless::Function
    Properties: {LoggingConfig: {LogFormat: JSON, ApplicationLogLevel: DEBUG}}
  Text:
    Type: AWS::Serverless::Function
"""
HANDLER = """
import logging, os
def handler(event, context):
    logging.debug("%s is little", 1)
    logging.info("%s is more", 2)
    logging.warning("%s is much", 3)
    return [context.log_group_name, os.environ.get("AWS_LAMBDA_LOG_LEVEL")]
"""


def test_functions_log_in_the_format_and_from_the_level_of_their_template(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text(HANDLER)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    running = OtherApp(tmp_path / "template.yaml")
    try:
        default, detailed, text = (running.invoke(name) for name in ("Default", "Detailed", "Text"))
    finally:
        running.close()

    assert json.loads(default.payload) == ["/shop/all", "INFO"]
    assert json.loads(detailed.payload) == ["/aws/lambda/Detailed", "DEBUG"]
    assert json.loads(text.payload) == ["/aws/lambda/Text", None]
    assert _messages(default.log_tail) == ["2 is more", "3 is much"]
    assert _messages(detailed.log_tail) == ["1 is little", "2 is more", "3 is much"]
    assert _messages(text.log_tail) == []
    assert b"[WARNING]\t" in text.log_tail
    assert b"is more" not in text.log_tail


def _messages(log: bytes) -> list[str]:
    records = [json.loads(line) for line in log.splitlines() if line.startswith(b"{")]
    return [record["message"] for record in records if record["requestId"]]
