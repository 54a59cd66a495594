"""Every conversation in process and on the embedded stack; tests/sam has the third mode."""

from collections.abc import Callable

import pytest

from testkit.http_calls import Answer
from tests.embedded_stack import ROOT
from tests.parity.conversations import CONVERSATIONS
from tests.parity.modes import DIFFERENCES, conversations_in


def test_every_difference_names_a_conversation_and_says_what_to_do() -> None:
    names = {conversation.__name__ for conversation in CONVERSATIONS}
    for difference in DIFFERENCES:
        assert difference["conversation"] in names
        assert difference.keys() >= {"mode", "aws", "here", "reference", "instead"}


def test_the_documentation_lists_exactly_the_known_differences() -> None:
    documentation = (ROOT / "docs" / "local-emulation.md").read_text()
    section = documentation.split("## Known differences")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert rows == [
        "| {mode} | {words} | {aws} | {here} ({reference}) | {instead} |".format(
            words=difference["conversation"].replace("_", " "), **difference
        )
        for difference in DIFFERENCES
    ]


@pytest.mark.parametrize("conversation", conversations_in("in_process"))
def test_in_process(conversation: Callable[..., None], in_process: Callable[..., Answer]) -> None:
    conversation(in_process)


@pytest.mark.parametrize("conversation", conversations_in("embedded"))
def test_embedded(conversation: Callable[..., None], embedded: Callable[..., Answer]) -> None:
    conversation(embedded)
