"""One application running as its user starts it: `samulator up` in a copy of its folder."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from foreign_apps.application import ForeignApp
from samulator.servers.ports import Ports, variable_of
from samulator.template.load import load_application
from samulator.template.model import Resource
from testkit.ports import reserve_ports

REGION = "us-east-1"
_OTHERS = ("LOCAL_", "AWS_", "SAM_")
# The first start installs what the application requires; some require a lot.
_START_SECONDS = 400.0
_STOP_SECONDS = 60.0


class NotUp(AssertionError):
    """`samulator up` ended by itself; the message is what it said last."""


@dataclass(frozen=True)
class Running:
    """`folder` is the copy, `resources` what the template comes to, by logical id."""

    folder: Path
    ports: Ports
    resources: dict[str, Resource]
    process: "subprocess.Popen[bytes]"
    output: Path

    def client(self, service: str) -> Any:
        """A client of the local services; of Lambda's own endpoint for `lambda`."""
        port = self.ports.lambda_endpoint if service == "lambda" else self.ports.aws
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def name(self, logical_id: str) -> str:
        """The physical name of a resource of the template; other texts are names already."""
        resource = self.resources.get(logical_id)
        return resource.name if resource else logical_id

    def log(self, function: str) -> str:
        """All that a function has logged."""
        file = self.folder / ".samulator" / "logs" / f"{function}.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def said(self) -> str:
        """All that `samulator up` has printed, without colours."""
        return re.sub(r"\x1b\[\d+m", "", self.output.read_text(encoding="utf-8", errors="replace"))


@contextmanager
def running(app: ForeignApp, clones: Path, kept: Path | None = None) -> Iterator[Running]:
    """Started and, at the end, stopped with Ctrl-C. Raises NotUp.

    `kept` is where copies stay, with the packages that were built in them: a later run there
    needs no network.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = (kept or Path(temporary)) / app.name
        _copy(clones / app.folder, folder)
        ports = reserve_ports()
        resources = dict(
            load_application(folder / app.template, parameters=app.parameters).resources
        )
        output = folder.with_suffix(".out")
        with output.open("wb") as stream:
            process = subprocess.Popen(
                _command(app, folder),
                cwd=folder,
                env=_environment(ports),
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        stack = Running(folder, ports, resources, process, output)
        try:
            _wait_until_ready(stack)
            yield stack
        finally:
            _stop(process)


def _copy(source: Path, folder: Path) -> None:
    """Each run has fresh data; what was built for an earlier one is kept."""
    shutil.copytree(source, folder, dirs_exist_ok=True, symlinks=True)
    for left in ("logs", "aws", "aws.json", "requests"):
        path = folder / ".samulator" / left
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _command(app: ForeignApp, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "samulator", "up"]
    if app.template != "template.yaml":
        command += ["--template-file", app.template]
    if app.parameters:
        command.append("--parameter-overrides")
        command += [f"{name}={value}" for name, value in app.parameters.items()]
    if app.environment:
        file = folder / "env-of-the-run.json"
        file.write_text(json.dumps(app.environment))
        command += ["--env-vars", file.name]
    return command


def _environment(ports: Ports) -> dict[str, str]:
    """This one without what it says about stacks and about AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
    moved = {variable_of(name): str(port) for name, port in ports.items()}
    return {**kept, **moved, "AWS_EC2_METADATA_DISABLED": "true"}


def _wait_until_ready(stack: Running) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_ready(stack):
        if time.monotonic() > deadline:
            raise NotUp(f"not ready in {_START_SECONDS:.0f} s: {stack.said()[-300:]!r}")
        time.sleep(0.05)


def _is_ready(stack: Running) -> bool:
    said = stack.said()
    if stack.process.poll() is not None:
        raise NotUp(" / ".join(said.strip().splitlines()[-3:]))
    return "Ready" in said


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError("Ctrl-C did not end it") from None
