"""Finding a usable Docker engine, played by a `docker` command of our own on the PATH."""

import json
import sys
from pathlib import Path

import psutil
import pytest

from samulator.functions.containers.engine import ContainersUnavailable, find_engine

LINUX = {"OperatingSystem": "Debian GNU/Linux 12", "Architecture": "x86_64"}
BRIDGE = {
    "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]},
    "Options": {"com.docker.network.bridge.name": "lo"},
}


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """Installs a docker command that answers by its first two words."""

    def install(**answers: str) -> Path:
        command, program = tmp_path / "docker", tmp_path / "docker.py"
        # The path of an interpreter in a first line ends at a space.
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{program}" "$@"\n')
        program.write_text(
            "import sys\n"
            f"answers = {answers!r}\n"
            "names = ['_'.join(sys.argv[1:3]), sys.argv[1]]\n"
            "name = next((name for name in names if name in answers), None)\n"
            "if name is None: sys.exit('no such image')\n"
            "print(answers[name])\n"
        )
        command.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return command

    return install


def test_machine_without_docker_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ContainersUnavailable, match="no docker command"):
        find_engine()


def test_engine_that_is_down_is_named(docker):
    docker(info=json.dumps({"ServerErrors": ["Cannot connect to the Docker daemon"]}))
    with pytest.raises(ContainersUnavailable, match="Cannot connect to the Docker daemon"):
        find_engine()


def test_bridge_without_gateway_is_found_by_its_interface(docker):
    docker(info=json.dumps(LINUX), network_inspect=json.dumps([BRIDGE]), image_ls="abc", run="2.36")
    engine = find_engine()
    assert (engine.gateway, engine.host) == ("127.0.0.1", "127.0.0.1")
    assert (engine.python_version, engine.image_is_here) == ("3.11", True)


def test_bridge_of_another_machine_is_refused(docker):
    elsewhere = {**BRIDGE, "Options": {"com.docker.network.bridge.name": "no-such-bridge"}}
    assert "no-such-bridge" not in psutil.net_if_addrs()
    docker(info=json.dumps(LINUX), network_inspect=json.dumps([elsewhere]), image_ls="")
    with pytest.raises(ContainersUnavailable, match="rootless or remote"):
        find_engine()


def test_image_with_too_old_a_libc_makes_the_functions_run_on_a_newer_python(docker):
    docker(info=json.dumps(LINUX), network_inspect=json.dumps([BRIDGE]), image_ls="abc", run="2.26")
    assert find_engine().python_version == "3.13"


def test_desktop_engine_gives_the_containers_name_of_this_machine_as_an_address(docker):
    desktop = {"OperatingSystem": "Docker Desktop", "Architecture": "aarch64"}
    docker(info=json.dumps(desktop), image_ls="", run="192.168.65.254")
    engine = find_engine()
    assert (engine.gateway, engine.host) == (None, "192.168.65.254")
    assert engine.architecture == "arm64"
