"""What `make test-deployed` found; nothing is started here."""

import os

import pytest

from tests.deployed.deployment import Deployment


@pytest.fixture(scope="session")
def deployed() -> Deployment:
    url = os.environ.get("DEPLOYED_URL")
    assert url, "run this by make test-deployed"
    return Deployment(url, os.environ.get("DEPLOYED_TOKEN", ""))
