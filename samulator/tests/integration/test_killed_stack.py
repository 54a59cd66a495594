"""A whole stack is killed in the middle of its work: the next one has all, and goes on with it."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import boto3
from botocore.config import Config

from samulator.servers.ports import Ports, variable_of
from testkit.ports import reserve_ports
from testkit.timing import LONG_SECONDS

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Landing:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: landing
      VersioningConfiguration: {Status: Enabled}
  Etl:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: python3.11
      Timeout: 60
      Events:
        Csv:
          Type: S3
          Properties: {Bucket: !Ref Landing, Events: "s3:ObjectCreated:*"}
"""
HANDLER = """
import pathlib, time


def handler(event, context):
    version = event["Records"][0]["s3"]["object"]["versionId"]
    print(f"began {version}")
    while not pathlib.Path("../gate").exists():
        time.sleep(0.01)
    print(f"ended {version}")
"""


class Terminal:
    """One `samulator up`; `seen` is what it has said."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        moved = {variable_of(name): str(port) for name, port in ports.items()}
        self.seen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "samulator", "up"],
            cwd=folder,
            env={**os.environ, **moved},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, text: str) -> None:
        assert self.process.stdout is not None
        while text not in self.seen:
            line = self.process.stdout.readline()
            assert line, self.seen
            self.seen += line

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.communicate(timeout=LONG_SECONDS)


@contextmanager
def up(folder: Path, ports: Ports) -> Iterator[Terminal]:
    terminal = Terminal(folder, ports)
    try:
        terminal.read_until("Ready.")
        yield terminal
    finally:
        terminal.end(signal.SIGINT)


def test_objects_links_and_events_outlive_a_stack_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(textwrap.dedent(TEMPLATE))
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(HANDLER)
    ports = reserve_ports()
    s3 = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{ports.aws}",
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(s3={"addressing_style": "path"}),
    )

    with up(tmp_path, ports) as terminal:
        version = s3.put_object(Bucket="landing", Key="a.csv", Body=b"order_id\n1\n")["VersionId"]
        link = s3.generate_presigned_url("get_object", {"Bucket": "landing", "Key": "a.csv"})
        before = s3.list_object_versions(Bucket="landing")["Versions"]
        terminal.read_until(f"began {version}")
        terminal.end(signal.SIGKILL)

    (tmp_path / "gate").touch()
    with up(tmp_path, ports) as terminal:
        terminal.read_until(f"ended {version}")
        assert terminal.seen.count(f"ended {version}") == 1
        assert s3.list_object_versions(Bucket="landing")["Versions"] == before
        with urlopen(link) as answer:
            assert answer.read() == b"order_id\n1\n"
