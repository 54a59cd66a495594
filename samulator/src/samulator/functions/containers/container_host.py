"""The functions of an application in containers of `sam local`."""

import asyncio
from contextlib import AsyncExitStack

from aiohttp import ClientSession

from samulator.functions.containers.endpoint import LambdaEndpoint
from samulator.functions.containers.sam_cli import SamCli
from samulator.functions.invocation import Invocation, Trigger
from samulator.servers.ports import LOOPBACK, Ports


class ContainerHost:
    """A FunctionHost. `sam local start-lambda` and `start-api` listen on the ports of the stack."""

    def __init__(self, sam: SamCli, ports: Ports) -> None:
        self._sam = sam
        self._ports = ports
        self._open = AsyncExitStack()
        self._endpoint: LambdaEndpoint

    async def start(self) -> None:
        """Return once both listen; raises ServiceFailed."""
        services = (("start-lambda", self._ports.lambda_endpoint), ("start-api", self._ports.api))
        for service, port in services:
            process = self._sam.launch(service, port)
            self._open.callback(process.stop)
            await asyncio.to_thread(self._sam.wait, process, port)
        session = await self._open.enter_async_context(ClientSession())
        url = f"http://{LOOPBACK}:{self._ports.lambda_endpoint}"
        self._endpoint = LambdaEndpoint(url, session)

    async def close(self) -> None:
        """Stop both, and with them their containers."""
        await self._open.aclose()

    async def invoke(
        self,
        name: str,
        payload: bytes,
        *,
        client_context: str | None = None,
        trigger: Trigger = Trigger.INVOKE,  # noqa: ARG002 - start-lambda asks nobody
        trace: str | None = None,  # noqa: ARG002 - start-lambda makes its own
    ) -> Invocation:
        """Run the function and wait for its result; raises NotInvoked."""
        return await self._endpoint.invoke(name, payload, client_context=client_context)

    async def invoke_event(
        self,
        name: str,
        payload: bytes,
        *,
        trigger: Trigger = Trigger.INVOKE,  # noqa: ARG002 - the same
    ) -> str:
        """Queue an asynchronous invocation and return a request id; raises NotInvoked."""
        return await self._endpoint.invoke_event(name, payload)
