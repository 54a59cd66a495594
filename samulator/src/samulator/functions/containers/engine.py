"""The Docker engine: can it run the functions, and how its containers reach this machine."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil

IMAGE = "public.ecr.aws/lambda/python:{version}-{architecture}"
LOCAL_PYTHON = "3.11"
# AWS's own image of LOCAL_PYTHON is Amazon Linux 2, too old for the wheels of pyarrow.
AL2023_PYTHON = "3.13"
OLDEST_GLIBC = (2, 28)
_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_DESKTOP_HOST = "host.docker.internal"
_TIMEOUT_SECONDS = 60


class ContainersUnavailable(Exception):
    """No engine that `sam local` could use; the message says why."""


@dataclass(frozen=True)
class Engine:
    """`gateway` is the address on which data services must listen besides loopback, None where
    containers reach loopback itself. `host` is how containers call this machine: an IP address,
    because boto3 puts bucket names before a host name."""

    gateway: str | None
    host: str
    architecture: str
    python_version: str
    image_is_here: bool


def find_engine() -> Engine:
    """Raises ContainersUnavailable."""
    information = json.loads(_docker("info", "--format", "{{json .}}"))
    if errors := information.get("ServerErrors"):
        raise ContainersUnavailable(f"the Docker engine does not answer: {errors[0]}")
    architecture = _ARCHITECTURES.get(information["Architecture"])
    if architecture is None:
        raise ContainersUnavailable(f"no Lambda image for {information['Architecture']} machines")
    version, image_is_here = _choose_python(architecture)
    if "Desktop" in information["OperatingSystem"]:
        image = IMAGE.format(version=version, architecture=architecture)
        gateway, host = None, _resolve_inside(image, version)
    else:
        gateway = host = _bridge_address()
    return Engine(gateway, host, architecture, version, image_is_here)


def _docker(*arguments: str) -> str:
    """Output of the docker client; raises ContainersUnavailable."""
    docker = shutil.which("docker")
    if docker is None:
        raise ContainersUnavailable("there is no docker command on this machine")
    try:
        result = subprocess.run(  # noqa: S603 # nosec B603 # arguments are this module's own
            [docker, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ContainersUnavailable("the Docker engine does not answer") from error
    if result.returncode != 0:
        last = (result.stderr.strip() or "no message").splitlines()[-1]
        raise ContainersUnavailable(f"docker {arguments[0]}: {last}")
    return result.stdout.strip()


def _choose_python(architecture: str) -> tuple[str, bool]:
    """The runtime whose image fits our wheels, and whether that image is on this machine."""
    local = IMAGE.format(version=LOCAL_PYTHON, architecture=architecture)
    if _has_image(local):
        program = "import platform; print(platform.libc_ver()[1])"
        glibc = _run_inside(local, LOCAL_PYTHON, program)
        if tuple(map(int, glibc.split("."))) >= OLDEST_GLIBC:
            return LOCAL_PYTHON, True
    image = IMAGE.format(version=AL2023_PYTHON, architecture=architecture)
    return AL2023_PYTHON, _has_image(image)


def _has_image(image: str) -> bool:
    return bool(_docker("image", "ls", "--quiet", image))


def _run_inside(image: str, version: str, program: str) -> str:
    python = f"/var/lang/bin/python{version}"
    return _docker("run", "--rm", "--entrypoint", python, image, "-c", program)


def _resolve_inside(image: str, version: str) -> str:
    program = f"import socket; print(socket.gethostbyname({_DESKTOP_HOST!r}))"
    return _run_inside(image, version, program)


def _bridge_address() -> str:
    """This machine's address on Docker's default bridge; raises ContainersUnavailable."""
    bridge = json.loads(_docker("network", "inspect", "bridge"))[0]
    here = dict(_own_addresses())
    gateway = next((entry["Gateway"] for entry in _configs(bridge) if "Gateway" in entry), None)
    if gateway in here.values():
        return str(gateway)
    # Docker 20.10 names no gateway; the address is then that of the bridge's interface.
    interface = (bridge.get("Options") or {}).get("com.docker.network.bridge.name", "docker0")
    if interface not in here:
        raise ContainersUnavailable(
            "the bridge of the Docker engine is not on this machine (rootless or "
            "remote?), so containers cannot reach the data services"
        )
    return here[interface]


def _configs(bridge: dict[str, Any]) -> list[dict[str, str]]:
    return bridge["IPAM"]["Config"] or []


def _own_addresses() -> Iterator[tuple[str, str]]:
    for interface, addresses in psutil.net_if_addrs().items():
        for address in addresses:
            if address.family is socket.AF_INET:
                yield interface, address.address
