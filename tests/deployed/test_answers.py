"""What was deployed answers, reaches its data and refuses whoever has no token. Changes nothing."""

import pytest

from tests.deployed.deployment import Deployment


def test_it_runs(deployed: Deployment) -> None:
    assert deployed.call("GET", "/status").json()["status"] == "running"


def test_it_reaches_its_data_services(deployed: Deployment) -> None:
    answer = deployed.call("GET", "/status/ready")
    assert (answer.status, set(answer.json().values())) == (200, {"up"})


def test_users_and_datasets_can_be_read(deployed: Deployment) -> None:
    assert deployed.call("GET", "/users/?limit=1").status == 200
    assert deployed.call("GET", "/datasets/").status == 200


@pytest.mark.parametrize("target", ["/users/", "/status/ready", "/datasets/"])
@pytest.mark.parametrize("token", ["", "a.b.c"])
def test_nobody_is_let_in_without_a_token(deployed: Deployment, target: str, token: str) -> None:
    if deployed.is_local and not token:
        pytest.skip("a stack of this machine looks at tokens only where one is sent")
    assert Deployment(deployed.url, token).call("GET", target).status == 401
