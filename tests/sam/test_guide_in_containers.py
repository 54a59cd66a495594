"""What docs/guide.md adds runs in containers too: all of it is added, then `make up-sam`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samulator.functions.containers.engine import Engine
from tests.embedded_stack import ROOT
from tests.guide import Commands, steps
from tests.guide_follower import Follower, clone_into

pytestmark = pytest.mark.sam


class InContainers(Follower):
    """S3 and SQS listen where containers reach them."""

    host: str = "127.0.0.1"

    def run(self, step: Commands) -> None:
        """What functions log is in the log of sam local, and not in the answer of an invoke."""
        if step.text.startswith("make invoke"):
            step = Commands(step.text, step.output[-1:])
        super().run(step)

    def _typed(self, step: Commands) -> str:
        text = super()._typed(step).replace("NAME=ReceiptsFunction\n", "NAME=start-lambda\n")
        aws = self.stack.ports.aws if self.stack else 0
        return text.replace(f"127.0.0.1:{aws}", f"{self.host}:{aws}")


@pytest.fixture
def follower(tmp_path: Path, engine: Engine, pytestconfig: pytest.Config) -> Iterator[InContainers]:
    clone = clone_into(tmp_path / "clone")
    if not (clone / ".venv-sam").exists():
        (clone / ".venv-sam").symlink_to(ROOT / ".venv-sam")
    somebody = InContainers(clone, pytestconfig.cache.mkdir("guide"), command="up-sam")
    somebody.host = engine.gateway or somebody.host
    yield somebody
    somebody.stop()


def test_what_the_guide_adds_runs_in_containers(follower: InContainers) -> None:
    done = [*steps()]
    for step in done:
        if not isinstance(step, Commands):
            step.apply(follower.clone)
    for step in done:
        if isinstance(step, Commands):
            follower.run(step)
    assert follower.stack is not None
