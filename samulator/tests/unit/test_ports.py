"""Ports: defaults, the variables that move them, and wrong values."""

import pytest

from samulator.servers.ports import InvalidPort, Ports


def test_the_defaults_are_the_documented_ports() -> None:
    assert dict(Ports.from_environment({}).items()) == {
        "api": 3000,
        "lambda_endpoint": 3001,
        "aws": 4566,
        "postgres": 5433,
        "redis": 6380,
        "opensearch": 9201,
    }


def test_a_variable_moves_one_port() -> None:
    ports = Ports.from_environment({"LOCAL_API_PORT": "8080"})
    assert (ports.api, ports.aws) == (8080, 4566)


def test_two_services_on_one_port_are_named() -> None:
    with pytest.raises(InvalidPort, match="LOCAL_API_PORT and LOCAL_LAMBDA_ENDPOINT_PORT are both"):
        Ports.from_environment({"LOCAL_API_PORT": "3001"})


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "80.5"])
def test_a_wrong_port_names_its_variable(text: str) -> None:
    with pytest.raises(InvalidPort, match="LOCAL_REDIS_PORT"):
        Ports.from_environment({"LOCAL_REDIS_PORT": text})
