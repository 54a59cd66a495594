"""Invokes functions of `sam local start-lambda`, for the triggers that it does not have."""

import uuid
from http import HTTPStatus

from aiohttp import ClientError, ClientSession, ClientTimeout

from samulator.functions.invocation import Invocation, NotInvoked

_TIMEOUT = ClientTimeout(total=900)


class LambdaEndpoint:
    """A local Lambda endpoint as a trigger's Invoker."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self._url = url
        self._session = session

    async def invoke(
        self, name: str, payload: bytes, *, client_context: str | None = None
    ) -> Invocation:
        """Run the function and wait for its result; raises NotInvoked."""
        headers = {"X-Amz-Client-Context": client_context} if client_context else {}
        return await self._post(name, payload, "RequestResponse", headers)

    async def invoke_event(self, name: str, payload: bytes) -> str:
        """Queue an asynchronous invocation and return a request id of our own."""
        return (await self._post(name, payload, "Event", {})).request_id

    async def _post(
        self, name: str, payload: bytes, kind: str, headers: dict[str, str]
    ) -> Invocation:
        try:
            return await self._answer(name, payload, kind, headers)
        except (ClientError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise NotInvoked(f"sam local start-lambda: {reason}") from error

    async def _answer(
        self, name: str, payload: bytes, kind: str, headers: dict[str, str]
    ) -> Invocation:
        async with self._session.post(
            f"{self._url}/2015-03-31/functions/{name}/invocations",
            data=payload,
            headers={"X-Amz-Invocation-Type": kind, **headers},
            timeout=_TIMEOUT,
        ) as response:
            if response.status >= HTTPStatus.BAD_REQUEST:
                text = (await response.text()).strip()
                raise NotInvoked(f"sam local start-lambda answers {response.status}: {text}")
            return Invocation(
                name,
                response.headers.get("X-Amzn-RequestId", str(uuid.uuid4())),
                await response.read(),
                function_error=response.headers.get("X-Amz-Function-Error"),
            )
