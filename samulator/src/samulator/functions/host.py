"""The seam between the stack and what runs its functions."""

from typing import Protocol

from samulator.functions.invocation import Invocation, Trigger


class Invoker(Protocol):
    """Runs functions by logical id, FunctionName or ARN: what doors and triggers need."""

    async def invoke(
        self,
        name: str,
        payload: bytes,
        *,
        client_context: str | None = None,
        trigger: Trigger = Trigger.INVOKE,
        trace: str | None = None,
    ) -> Invocation:
        """Run the function and wait for its result; raises NotInvoked.

        `trace` is X-Amzn-Trace-Id of what it comes from.
        """

    async def invoke_event(
        self, name: str, payload: bytes, *, trigger: Trigger = Trigger.INVOKE
    ) -> str:
        """Queue an asynchronous invocation and return its request id; raises NotInvoked."""


class FunctionHost(Invoker, Protocol):
    """Runs the functions of one application: in worker processes, or in containers."""

    async def start(self) -> None:
        """Be ready to invoke; functions themselves may start on demand."""

    async def close(self) -> None:
        """End everything that was started; nothing can be invoked any more."""
