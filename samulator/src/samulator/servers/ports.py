"""Which ports the stack listens on, and who holds one that is taken."""

import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, fields

import psutil

LOOPBACK = "127.0.0.1"


class PortTaken(Exception):
    """A port is in use; the message names the port, its holder and the variable that moves it."""


class InvalidPort(Exception):
    """A port variable does not hold a number from 1 to 65535."""


@dataclass(frozen=True)
class Ports:
    """Defaults are DESIGN's; LOCAL_<NAME>_PORT moves one."""

    api: int = 3000
    lambda_endpoint: int = 3001
    aws: int = 4566
    postgres: int = 5433
    redis: int = 6380
    opensearch: int = 9201

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Ports":
        """Reads LOCAL_API_PORT, LOCAL_LAMBDA_ENDPOINT_PORT and so on; raises InvalidPort."""
        chosen = {}
        for field in fields(cls):
            text = environment.get(variable_of(field.name))
            if text is not None:
                chosen[field.name] = _parse(variable_of(field.name), text)
        ports = cls(**chosen)
        ports.require_distinct()
        return ports

    def require_distinct(self) -> None:
        """Raises InvalidPort where two services would listen on one port."""
        seen: dict[int, str] = {}
        for name, port in self.items():
            if port in seen:
                raise InvalidPort(
                    f"{variable_of(seen[port])} and {variable_of(name)} are both {port}"
                )
            seen[port] = name

    def items(self) -> Iterator[tuple[str, int]]:
        for field in fields(self):
            yield field.name, getattr(self, field.name)


def variable_of(name: str) -> str:
    """The environment variable that moves the port of a service."""
    return f"LOCAL_{name.upper()}_PORT"


def _parse(variable: str, text: str) -> int:
    with suppress(ValueError):
        if 1 <= int(text) <= 65535:
            return int(text)
    raise InvalidPort(f"{variable}={text!r} is not a port number (1 to 65535)")


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of loopback."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def require_free(name: str, port: int, hosts: Iterable[str] = (LOOPBACK,)) -> None:
    """Raises PortTaken where another process listens on the port of a service."""
    for host in hosts:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                flag = "name another with -p, or " if name == "api" else ""
                raise PortTaken(
                    f"port {port} ({name}) is taken{_holder(port)}; "
                    f"free it, or {flag}set {variable_of(name)} to another port"
                ) from error


def _holder(port: int) -> str:
    """` by <command> (pid n)`, or nothing where the system does not tell."""
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and getattr(connection.laddr, "port", None) == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return ""
