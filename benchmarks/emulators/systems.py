"""The emulators that are compared: each started with the same application, from nothing.

A system yields the addresses of its doors, and the processes and containers whose memory counts.
"""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import psutil
import yaml
from botocore.exceptions import ClientError, EndpointConnectionError

ROOT = Path(__file__).parents[2]
APP = Path(__file__).parent / "app"
PATHS = {"REST": "/rest", "HTTP": "/http"}
_PATIENCE_SECONDS = 120.0


class Missing(Exception):
    """The system cannot run on this machine; the message says what it lacks."""


@dataclass(frozen=True)
class Running:
    """`urls` by the kind of door; a door that the system does not serve is not there."""

    process: psutil.Process
    urls: Mapping[str, str]
    in_containers: bool = False

    def memory(self) -> float:
        """MiB of the processes, and of the containers with the functions.

        What processes share is counted once, as the engine counts what containers share.
        """
        family = [self.process, *self.process.children(recursive=True)]
        own = sum(_proportional(process) for process in family) / 2**20
        return own + (_container_memory() if self.in_containers else 0)


@contextmanager
def samulator() -> Iterator[Running]:
    with _copy() as app:
        port = free_port()
        ports = {f"LOCAL_{name}_PORT": str(free_port()) for name in ("LAMBDA_ENDPOINT", "AWS")}
        environment = {**os.environ, **ports, "LOCAL_API_PORT": str(port)}
        command = [sys.executable, "-m", "samulator", "up"]
        with _process(command, app, environment) as process:
            url = f"http://127.0.0.1:{port}"
            yield Running(process, {kind: url + path for kind, path in PATHS.items()})


@contextmanager
def ministack() -> Iterator[Running]:
    program = ROOT / ".venv-ministack/bin/ministack"
    if not program.exists():
        raise Missing("make .venv-ministack/ministack.stamp installs ministack")
    with _copy() as app:
        port = free_port()
        environment = {**os.environ, "GATEWAY_PORT": str(port), "PORT": str(port)}
        with _process([str(program)], app, environment) as process:
            apis = _deploy(app, f"http://127.0.0.1:{port}")
            # It makes no routes for an API of events, so that the HTTP API answers 404 to all.
            url = f"http://127.0.0.1:{port}/restapis/{apis['REST']}/Prod/_user_request_"
            yield Running(process, {"REST": url + PATHS["REST"]})


@contextmanager
def sam_local() -> Iterator[Running]:
    sam = ROOT / ".venv-sam/bin/sam"
    if not sam.exists():
        raise Missing("make .venv-sam/sam.stamp installs the SAM CLI")
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True).returncode:
        raise Missing("no Docker engine answers")
    with _copy() as app:
        port = free_port()
        command = [
            *(str(sam), "local", "start-api", "--port", str(port)),
            *("--warm-containers", "EAGER", "--skip-pull-image"),
        ]
        environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
        with _process(command, app, environment) as process:
            url = f"http://127.0.0.1:{port}"
            urls = {kind: url + path for kind, path in PATHS.items()}
            yield Running(process, urls, in_containers=True)


SYSTEMS = {"samulator": samulator, "ministack": ministack, "sam local": sam_local}


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "app"
        shutil.copytree(APP, app, ignore=shutil.ignore_patterns("__pycache__", ".samulator"))
        yield app


@contextmanager
def _process(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[psutil.Process]:
    with (folder.parent / "output.txt").open("wb") as output:
        started = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield psutil.Process(started.pid)
    except Exception:
        print((folder.parent / "output.txt").read_text(), file=sys.stderr)
        raise
    finally:
        family = psutil.Process(started.pid).children(recursive=True)
        started.send_signal(signal.SIGINT)
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        for process in family:
            if process.is_running():
                process.kill()


def _deploy(app: Path, url: str) -> dict[str, str]:
    """Packages and deploys, as ministack needs it; returns the id of the REST API."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=url)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.write(app / "hello/app.py", "app.py")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            s3.create_bucket(Bucket="code")
            break
        except (EndpointConnectionError, ClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    s3.put_object(Bucket="code", Key="hello.zip", Body=code.getvalue())
    template = yaml.safe_load((app / "template.yaml").read_text())
    template["Globals"]["Function"]["CodeUri"] = "s3://code/hello.zip"
    cloudformation = session.client("cloudformation", endpoint_url=url)
    cloudformation.create_stack(
        StackName="app",
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    while cloudformation.describe_stacks(StackName="app")["Stacks"][0]["StackStatus"].endswith(
        "IN_PROGRESS"
    ):
        time.sleep(0.02)
    rest = session.client("apigateway", endpoint_url=url).get_rest_apis()["items"]
    return {"REST": rest[0]["id"]}


def _proportional(process: psutil.Process) -> int:
    full = process.memory_full_info()
    return int(getattr(full, "pss", full.uss))


def _container_memory() -> float:
    """MiB of the containers that run Lambda's image, as the engine counts it."""
    listed = subprocess.run(
        ["docker", "stats", "--no-stream", "--format", "{{.MemUsage}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return sum(_mebibytes(line.split(" / ")[0]) for line in listed.stdout.splitlines())


def _mebibytes(text: str) -> float:
    units = {"KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0, "B": 1 / 2**20}
    unit = next(unit for unit in units if text.endswith(unit))
    return float(text.removesuffix(unit)) * units[unit]
