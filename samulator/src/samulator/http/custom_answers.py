"""Takes what functions of custom resources answer, beside the interface of another port.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

import asyncio
from http import HTTPStatus

from aiohttp import web

from samulator.http.server.answer import Answer
from samulator.http.server.body import BodyRefused, receive
from samulator.http.server.server import Interface, Refusal

_PATH = "/custom-resources/"
# Above CloudFormation's own limit, so that who waits can say by how much.
_READ_LIMIT = 1024 * 1024


class CustomAnswers:
    """Takes a PUT for each request that somebody waits for; the rest is `interface`'s."""

    def __init__(self, interface: Interface) -> None:
        self._interface = interface
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self.policy = interface.policy

    def expect(self, request_id: str) -> tuple[str, asyncio.Future[bytes]]:
        """Return the path to answer to, with a query as AWS's links have, and the first answer."""
        answered = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answered
        return f"{_PATH}{request_id}?X-Amz-Signature=local", answered

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer as S3 does, which takes them on AWS."""
        path = request.raw_path.partition("?")[0]
        answered = self._waiting.get(path.removeprefix(_PATH))
        if answered is None or request.method != "PUT":
            return await self._interface.answer(request)
        try:
            body = await receive(request, _READ_LIMIT)
        except BodyRefused as refusal:
            return self.refuse(request, Refusal(refusal.status, str(refusal)))
        if not answered.done():
            answered.set_result(body)
        return Answer(status=HTTPStatus.OK)

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Word it as the interface does."""
        return self._interface.refuse(request, refusal)
