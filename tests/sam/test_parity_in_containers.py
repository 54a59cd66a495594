"""The third mode of the parity suite: the same conversations under `sam local`."""

from collections.abc import Callable

import pytest

from testkit.http_calls import HttpCaller
from tests.embedded_stack import EmbeddedStack
from tests.parity.modes import conversations_in


@pytest.mark.parametrize("conversation", conversations_in("sam"))
def test_under_sam_local(conversation: Callable[..., None], sam_stack: EmbeddedStack) -> None:
    conversation(HttpCaller(sam_stack.url))
