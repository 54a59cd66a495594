"""The conversations as test parameters of one mode, known differences marked as failing."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.parity.conversations import CONVERSATIONS

DIFFERENCES: list[dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "differences.toml").read_text()
)["difference"]


def conversations_in(mode: str) -> list[Any]:
    known = {
        difference["conversation"]: difference["here"]
        for difference in DIFFERENCES
        if difference["mode"] == mode
    }
    return [
        pytest.param(conversation, id=conversation.__name__, marks=_marks(conversation, known))
        for conversation in CONVERSATIONS
    ]


def _marks(conversation: Any, known: dict[str, str]) -> list[pytest.MarkDecorator]:
    reason = known.get(conversation.__name__)
    return [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
