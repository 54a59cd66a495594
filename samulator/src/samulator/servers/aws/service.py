"""AWS's services: the process of `samulator.servers.aws`, told what to make and to notify."""

import http.client
import json
import socket
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.resources.declaration import PATH, write_declaration
from samulator.servers.aws.resources.problems import Problems
from samulator.servers.process import Server, ServerProcess, ServiceFailed
from samulator.template.model import Resource

_ANSWER_SECONDS = 1.0
_MAKING_SECONDS = 60.0
_BACKLOG = 128


class AwsServer(Server):
    """One endpoint of all services; what they store is kept in the state's folder `aws`."""

    def __init__(
        self,
        state_dir: Path,
        port: int,
        *,
        config: AwsConfig | None = None,
        listen: str = "127.0.0.1",
    ) -> None:
        self._config = config or AwsConfig()
        self._config_file = state_dir / "aws.json"
        config_file = str(self._config_file)
        # In the user's folder, but without what it may have by the name of a module (-P).
        command = [sys.executable, "-P", "-m", "samulator.servers.aws", "--config", config_file]
        log = state_dir / "logs" / "aws.log"
        super().__init__(ServerProcess("AWS services", command, log=log), host=listen, port=port)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def configure(self, config: AwsConfig) -> None:
        """Say what its buckets notify, before it is launched."""
        self._config = config

    def launch(self) -> None:
        """Raises ServiceFailed. The process makes the resources anew, each time.

        The port is open when this returns: whoever calls is kept until there is an answer.
        """
        state = self._config_file.parent
        jobs = replace(self._config.jobs, log=str(state / "logs" / "emr-serverless.log"))
        kept = replace(self._config, folder=str(state / "aws"), jobs=jobs)
        kept.write(self._config_file)
        Problems(self._config_file).forget()
        when_called = ("--when-called",) if self._config.starts_when_called else ()
        with self._listen() as listening:
            descriptor = listening.fileno()
            self._process.launch(
                *("--listening", str(descriptor), *when_called), inherited=(descriptor,)
            )

    def _listen(self) -> socket.socket:
        """Raises ServiceFailed."""
        try:
            return socket.create_server((self.host, self.port), backlog=_BACKLOG)
        except OSError as error:
            raise ServiceFailed(
                f"AWS services cannot listen on {self.address}: {error.strerror}"
            ) from error

    def answers(self) -> bool:
        """Whether the resources are made; a process that waits for a call begins with this one."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=_ANSWER_SECONDS)
        with closing(connection):
            try:
                connection.request("HEAD", "/")
                connection.getresponse()
            except (OSError, http.client.HTTPException):
                return False
        return True

    def make(self, resources: Sequence[Resource]) -> list[str]:
        """Make more than the config has; return a line for each that could not be made wholly.

        Raises ServiceFailed.
        """
        connection = http.client.HTTPConnection(self.host, self.port, timeout=_MAKING_SECONDS)
        with closing(connection):
            try:
                connection.request("POST", PATH, write_declaration(resources))
                lines: list[str] = json.loads(connection.getresponse().read())
            except (OSError, http.client.HTTPException, ValueError) as error:
                names = ", ".join(resource.logical_id for resource in resources)
                raise ServiceFailed(f"AWS services do not make {names}: {error}") from error
        return lines

    def problems(self) -> tuple[list[str], bool]:
        """A line for each resource that could not be made wholly, and whether those are all.

        What is not needed at once is made some seconds after the service answers.
        """
        return Problems(self._config_file).read()
