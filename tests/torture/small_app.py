"""A small application with a stack of its own, which is killed, and asked too much."""

import shutil
import textwrap
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from samulator.servers.ports import Ports
from tests.embedded_stack import ROOT, EmbeddedStack, start_stack

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Files: {Type: AWS::S3::Bucket}
  Words:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: makefile}
    Properties: {ContentUri: words}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: python3.11
      Timeout: 30
      Layers: [!Ref Words]
      Events:
        Any: {Type: HttpApi, Properties: {Path: /, Method: any}}
"""
# Whoever takes the half that is there before the gate opens cannot import it.
_MAKEFILE = """
build-Words:
	mkdir -p $(ARTIFACTS_DIR)/python
	printf 'WORD = "ha' > $(ARTIFACTS_DIR)/python/words.py
	touch "{folder}/began"
	while [ -d "{folder}" ] && [ ! -e "{folder}/gate" ]; do sleep 0.02; done
	printf 'WORD = "whole"\\n' > $(ARTIFACTS_DIR)/python/words.py
"""
_CODE = """
import words

SAVE = {number}


def handler(event, context):
    if not isinstance(event, dict):
        return len(event)
    return {{"statusCode": 200, "body": f"{{words.WORD}} {{SAVE}} {{event['rawQueryString']}}"}}
"""


@dataclass(frozen=True)
class SmallApp:
    """Its function answers with a word of its layer, the number of its last save, and the query.

    It has a bucket, so that the process of AWS's services is there and writes its files.
    """

    folder: Path

    @classmethod
    def write(cls, folder: Path) -> "SmallApp":
        """The layer is not built before `open_gate`."""
        for part in ("words", "code"):
            (folder / part).mkdir(parents=True)
        (folder / "template.yaml").write_text(_TEMPLATE)
        (folder / "words" / "Makefile").write_text(_MAKEFILE.format(folder=folder))
        packages = folder / ".samulator" / "packages"
        packages.mkdir(parents=True)
        for runtime in (ROOT / ".samulator" / "packages").glob("runtime-*"):
            shutil.copytree(runtime, packages / runtime.name)
        app = cls(folder)
        app.save(0)
        return app

    @property
    def began(self) -> Path:
        """Is there once the layer is half built."""
        return self.folder / "began"

    def open_gate(self) -> None:
        (self.folder / "gate").touch()

    def save(self, number: int) -> None:
        (self.folder / "code" / "app.py").write_text(textwrap.dedent(_CODE).format(number=number))

    def start(
        self, state: Path, ports: Ports | None = None, until: str = "Ready."
    ) -> EmbeddedStack:
        return start_stack(state, ports, root=self.folder, until=until)


def ask(stack: EmbeddedStack, query: str = "") -> tuple[int, str]:
    """Status and body of one GET."""
    connection = HTTPConnection("127.0.0.1", stack.ports.api, timeout=120)
    try:
        connection.request("GET", f"/?{query}")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
