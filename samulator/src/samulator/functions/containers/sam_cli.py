"""The SAM CLI's commands with the flags that make them answer quickly and reach the services."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from samulator.functions.containers.engine import Engine
from samulator.servers.ports import LOOPBACK
from samulator.servers.process import ServerProcess, accepts_connections
from samulator.template.names import DEFAULT_REGION

INVOKE_TIMEOUT_SECONDS = 300
BUILD_TIMEOUT_SECONDS = 1200


# A variable of the shell beats the template's value in sam local, so only these go through.
PASSED_ON = ("PATH", "HOME", "USER", "LANG", "TMPDIR", "DOCKER_", "PIP_", "SSL_")
PROXIES = ("http_proxy", "https_proxy", "no_proxy")


class SamFailed(Exception):
    """The SAM CLI is missing or a command of it failed; the message ends with its own words."""


@dataclass(frozen=True)
class TemplateValues:
    """What a template is built and run with."""

    parameters: Mapping[str, str]
    region: str = DEFAULT_REGION


class SamCli:
    """`sam` for the project in `root`, apart from what `sam deploy` uses.

    `state` is the folder of its logs and variables, `builds` that of what it builds. In the
    parameters of `values`, {python_version} and {architecture} are those of the engine's image.
    """

    def __init__(
        self,
        root: Path,
        engine: Engine,
        *,
        state: Path,
        builds: Path,
        values: TemplateValues,
    ) -> None:
        self._root = root
        self._state = state / "sam"
        self._builds = builds / "sam"
        self._logs = state / "logs"
        self._engine = engine
        self._sam = find_sam()
        self._values = values

    def build(self) -> None:
        """Build functions and layers, unchanged ones from the cache; raises SamFailed."""
        version = self._engine.python_version
        command = [
            *(self._sam, "build", "--template", str(self._root / "template.yaml")),
            *("--build-dir", str(self._builds / "build"), "--base-dir", str(self._root)),
            *("--cached", "--cache-dir", str(self._builds / "cache"), "--parallel"),
            *self._parameters(),
        ]
        if shutil.which(f"python{version}") is None:
            command += ["--use-container"]
            for name, value in self._layer_variables().items():
                command += ["--container-env-var", f"{name}={value}"]
        self._run(command, BUILD_TIMEOUT_SECONDS)

    def write_environment(self, environment: Mapping[str, str]) -> None:
        """Set the functions' variables; loopback becomes the address that containers can reach."""
        reachable = {
            name: value.replace(LOOPBACK, self._engine.host) for name, value in environment.items()
        }
        self._state.mkdir(parents=True, exist_ok=True)
        self._environment_file.touch(mode=0o600)  # it holds the local password
        self._environment_file.write_text(json.dumps({"Parameters": reachable}, indent=2))

    def launch(self, service: str, port: int) -> ServerProcess:
        """Start `sam local start-api` or `start-lambda`, on the thread with which it ends."""
        command = [
            *("env", "-i", *(f"{name}={value}" for name, value in self._variables().items())),
            *(self._sam, "local", service, "--host", LOOPBACK, "--port", str(port)),
            # Lazy: eager containers start every function in both services, six of them unused.
            *("--warm-containers", "LAZY", *self._local_options()),
        ]
        process = ServerProcess(f"sam local {service}", command, log=self._logs / f"{service}.log")
        process.launch()
        return process

    def wait(self, process: ServerProcess, port: int) -> None:
        """Return once it listens, the first answer takes longer; raises ServiceFailed."""
        process.wait_until(lambda: accepts_connections(port))

    def invoke(self, function: str, event: Path) -> str:
        """What the function returned, as JSON text; raises SamFailed with the function's log."""
        command = [self._sam, "local", "invoke", function, "--event", str(event)]
        return self._run([*command, *self._local_options()], INVOKE_TIMEOUT_SECONDS)

    @property
    def _environment_file(self) -> Path:
        return self._state / "environment.json"

    def _local_options(self) -> list[str]:
        return [
            *("--template", str(self._builds / "build" / "template.yaml")),
            *("--env-vars", str(self._environment_file), *self._parameters()),
            *(["--skip-pull-image"] if self._engine.image_is_here else []),
        ]

    def _parameters(self) -> list[str]:
        image = {
            "{python_version}": self._engine.python_version,
            "{architecture}": self._engine.architecture,
        }
        overrides = []
        for name, value in self._values.parameters.items():
            for place, here in image.items():
                value = value.replace(place, here)
            overrides.append(f"ParameterKey={name},ParameterValue={value}")
        return ["--parameter-overrides", *overrides] if overrides else []

    def _layer_variables(self) -> dict[str, str]:
        """What layers/Makefile has to know."""
        return {
            "PYTHON_VERSION": self._engine.python_version,
            "ARCHITECTURE": self._engine.architecture,
        }

    def _variables(self) -> dict[str, str]:
        """Made-up credentials, so that a function never reaches an account from this machine."""
        passed_on = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(PASSED_ON) or name.lower() in PROXIES
        }
        return passed_on | {
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",  # nosec B105 # what local servers take
            "AWS_SESSION_TOKEN": "local",  # nosec B105 # the same
            "AWS_DEFAULT_REGION": self._values.region,
            "AWS_REGION": self._values.region,
            "SAM_CLI_TELEMETRY": "0",
            # The stack's own interpreter builds the layers, whatever python3 comes first.
            "PYTHON": sys.executable,
            **self._layer_variables(),
        }

    def _run(self, command: Sequence[str], timeout: float) -> str:
        try:
            result = subprocess.run(  # noqa: S603 # nosec B603 # the commands are built above
                command,
                cwd=self._root,
                env=self._variables(),
                capture_output=True,
                text=True,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired as error:
            raise SamFailed(f"sam {command[1]} took longer than {timeout:.0f} s") from error
        if result.returncode != 0:
            raise SamFailed(f"{' '.join(command[1:3])} failed:\n{result.stderr.strip()}")
        return result.stdout


def find_sam() -> str:
    """The program that SAM_CLI names, else `sam` on the PATH; raises SamFailed."""
    named = os.environ.get("SAM_CLI", "sam")
    found = shutil.which(named)
    if found is None:
        remedy = "pip install aws-sam-cli, or name the program by SAM_CLI"
        raise SamFailed(f"the SAM CLI ({named}) is not there: {remedy}")
    return found
