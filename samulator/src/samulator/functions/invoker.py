"""What a trigger needs of the functions."""

from typing import Protocol

from samulator.functions.invocation import Invocation


class Invoker(Protocol):
    """Runs functions by name; `samulator.functions.functions.Functions` is one."""

    async def invoke(
        self, name: str, payload: bytes, *, client_context: str | None = None
    ) -> Invocation:
        """Run the function and wait for its result; raises NotInvoked."""

    async def invoke_event(self, name: str, payload: bytes) -> str:
        """Queue an asynchronous invocation and return its request id; raises NotInvoked."""
