"""`make up-sam` as a user starts it, with real containers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from samulator.functions.containers.engine import ContainersUnavailable, Engine, find_engine
from samulator.functions.containers.sam_cli import SamFailed, find_sam
from tests.embedded_stack import ROOT, EmbeddedStack, start_stack


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Skips with the reason why containers cannot run, or fails with it if SAM_REQUIRED is set."""
    try:
        os.environ.setdefault("SAM_CLI", str(ROOT / ".venv-sam" / "bin" / "sam"))
        find_sam()
        return find_engine()
    except (ContainersUnavailable, SamFailed) as error:
        if os.environ.get("SAM_REQUIRED"):
            pytest.fail(f"SAM_REQUIRED is set, but {error}")
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def sam_stack(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    state: Path = tmp_path_factory.mktemp("sam")
    running = start_stack(state, command="up-sam")
    yield running
    assert running.interrupt() == 0, running.output.read_text()


@pytest.fixture(scope="session")
def aws_url(sam_stack: EmbeddedStack, engine: Engine) -> str:
    """S3 and SQS listen on the bridge only, where containers reach them."""
    return f"http://{engine.gateway or '127.0.0.1'}:{sam_stack.ports.aws}"
