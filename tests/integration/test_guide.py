"""docs/guide.md followed word by word, in a copy of this repository, on one embedded stack."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from requirements.lists import stale
from tests.guide import Commands, steps
from tests.guide_follower import Follower, clone_into


@pytest.fixture
def follower(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Follower]:
    somebody = Follower(clone_into(tmp_path / "clone"), pytestconfig.cache.mkdir("guide"))
    yield somebody
    somebody.stop()


@pytest.mark.long
def test_the_guide_works_word_by_word(follower: Follower) -> None:
    done = [*steps()]
    for step in done:
        if isinstance(step, Commands):
            follower.run(step)
        else:
            step.apply(follower.clone)
    assert sum(isinstance(step, Commands) for step in done) == 7
    assert stale(follower.clone) == []
    paths = {step.path for step in done if not isinstance(step, Commands)}
    code = sorted(path for path in paths if path.endswith(".py"))
    for command in (["check"], ["format", "--check"]):
        result = subprocess.run(
            [follower.clone / ".venv/bin/ruff", *command, *code],
            cwd=follower.clone,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout
