"""The functions of an application, ready to be invoked."""

from local.packages import Packages
from local.runtime.invocation import Invocation, Listener, OnFailure
from local.template.model import Application


class Functions:
    """Invokes the functions of one application in worker processes.

    All methods run on one event loop. Names are logical ids, FunctionName values or ARNs.
    """

    def __init__(
        self,
        application: Application,
        packages: Packages,
        *,
        listener: Listener | None = None,
        on_failure: OnFailure | None = None,
        retry_delays: tuple[float, float] = (1.0, 2.0),
    ) -> None:
        """`retry_delays` are seconds before the first and second retry of an `Event` invoke."""
        raise NotImplementedError

    async def start(self) -> None:
        """Start what watches over the worker processes; workers start on demand."""
        raise NotImplementedError

    async def close(self) -> None:
        """Kill every worker with all it started; running invocations end with an error."""
        raise NotImplementedError

    async def warm(self, name: str) -> None:
        """Start one worker of `name` unless there is one and wait until it is initialised."""
        raise NotImplementedError

    async def invoke(
        self, name: str, payload: bytes, *, client_context: str | None = None
    ) -> Invocation:
        """Run `name` once and wait (RequestResponse).

        Raises UnknownFunction and PayloadTooLarge; whatever the function does is in the result.
        """
        raise NotImplementedError

    async def invoke_event(self, name: str, payload: bytes) -> str:
        """Queue `name` (Event) and return the request id.

        Retried as its EventInvokeConfig says; then `on_failure` gets the destination record.
        """
        raise NotImplementedError

    async def drain(self) -> None:
        """Wait until no asynchronous invocation is queued, running or waiting for a retry."""
        raise NotImplementedError

    async def reload(self, name: str) -> None:
        """Replace the workers of `name`; requests in flight finish on the old code."""
        raise NotImplementedError
