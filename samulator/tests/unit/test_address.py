"""Where commands of other terminals find the stack: what it says, or a variable, which wins."""

from pathlib import Path

import pytest

from samulator.control.address import find_address
from samulator.control.state import RunningStack, StackNotRunning
from samulator.servers.ports import InvalidPort, Ports

MOVED = Ports(aws=4000, lambda_endpoint=4001)


def test_the_running_stack_says_where_it_is(tmp_path: Path) -> None:
    with RunningStack(tmp_path).hold(MOVED):
        assert find_address("aws", tmp_path, {}).url == "http://127.0.0.1:4000"
        assert find_address("lambda_endpoint", tmp_path, {}).url == "http://127.0.0.1:4001"


def test_data_services_for_containers_are_found_on_the_bridge(tmp_path: Path) -> None:
    with RunningStack(tmp_path).hold(MOVED) as stack:
        stack.tell(host="172.17.0.1")
        assert find_address("aws", tmp_path, {}).url == "http://172.17.0.1:4000"
        assert find_address("lambda_endpoint", tmp_path, {}).url == "http://127.0.0.1:4001"


def test_a_variable_that_names_the_running_stacks_port_finds_it_on_the_bridge(
    tmp_path: Path,
) -> None:
    with RunningStack(tmp_path).hold(MOVED) as stack:
        stack.tell(host="172.17.0.1")
        address = find_address("aws", tmp_path, {"LOCAL_AWS_PORT": "4000"})
    assert address.url == "http://172.17.0.1:4000"
    assert "samulator doctor" in address.silence


def test_a_variable_wins_and_its_silence_names_both_places(tmp_path: Path) -> None:
    environment = {"LOCAL_AWS_PORT": "4999"}
    with RunningStack(tmp_path).hold(MOVED):
        address = find_address("aws", tmp_path, environment)
        assert find_address("lambda_endpoint", tmp_path, environment).url.endswith(":4001")
    assert address.url == "http://127.0.0.1:4999"
    assert "http://127.0.0.1:4999, which LOCAL_AWS_PORT names" in address.silence
    assert "is at http://127.0.0.1:4000" in address.silence


def test_without_a_stack_it_is_said_that_none_runs(tmp_path: Path) -> None:
    with RunningStack(tmp_path).hold(MOVED):
        pass
    with pytest.raises(StackNotRunning, match=f"{tmp_path} does not run; samulator up starts it"):
        find_address("aws", tmp_path, {})
    silence = find_address("aws", tmp_path, {"LOCAL_AWS_PORT": "4999"}).silence
    assert silence.endswith(f"{tmp_path} does not run")


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidPort, match="LOCAL_AWS_PORT"):
        find_address("aws", tmp_path, {"LOCAL_AWS_PORT": "http"})
