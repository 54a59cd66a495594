"""Reads the body of a request within limits."""

import asyncio
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_SECONDS = 30.0


class BodyRefused(Exception):
    """The body was not taken, to be answered with `status`; the message says why."""

    def __init__(self, status: HTTPStatus, problem: str) -> None:
        super().__init__(problem)
        self.status = status


async def receive(request: web.BaseRequest, limit: int, seconds: float = _SECONDS) -> bytes:
    """Return the whole body of at most `limit` bytes, sent within `seconds`.

    Tells a client that asks first to go on. Raises BodyRefused.
    """
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    if request.transport is None:
        raise BodyRefused(HTTPStatus.BAD_REQUEST, "the client is gone")
    await _say_continue(request)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError as error:
        problem = f"the body did not come within {seconds:g} s"
        raise BodyRefused(HTTPStatus.REQUEST_TIMEOUT, problem) from error
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
        raise BodyRefused(HTTPStatus.BAD_REQUEST, f"no whole body: {error}") from error


async def _say_continue(request: web.BaseRequest) -> None:
    expected = request.headers.get(hdrs.EXPECT)
    if expected is None or request.version < (1, 1):
        return
    if expected.lower() != "100-continue":
        raise BodyRefused(HTTPStatus.EXPECTATION_FAILED, f"Expect: {expected}")
    await request.writer.write(_CONTINUE)
    # What was sent is no part of the answer, which may still become an error.
    request.writer.output_size = 0


async def _read(request: web.BaseRequest, limit: int) -> bytes:
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> BodyRefused:
    return BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body of more than {limit} bytes")
