"""Every conversation in process and on the embedded stack; tests/sam has the third mode."""

from collections.abc import Callable

import pytest

from tests.http_calls import Answer
from tests.parity.conversations import CONVERSATIONS
from tests.parity.modes import DIFFERENCES, conversations_in


def test_every_difference_names_a_conversation_and_says_what_to_do() -> None:
    names = {conversation.__name__ for conversation in CONVERSATIONS}
    for difference in DIFFERENCES:
        assert difference["conversation"] in names
        assert difference.keys() >= {"mode", "aws", "here", "reference", "instead"}


@pytest.mark.parametrize("conversation", conversations_in("in_process"))
def test_in_process(conversation: Callable[..., None], in_process: Callable[..., Answer]) -> None:
    conversation(in_process)


@pytest.mark.parametrize("conversation", conversations_in("embedded"))
def test_embedded(conversation: Callable[..., None], embedded: Callable[..., Answer]) -> None:
    conversation(embedded)
