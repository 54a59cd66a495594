"""How long the body of a request is waited for."""

import asyncio
from http import HTTPStatus

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.streams import StreamReader
from aiohttp.test_utils import make_mocked_request

from samulator.http.server.body import BodyRefused, receive


def receive_from(*chunks: bytes, ends: bool, limit: int = 10) -> bytes:
    async def run() -> bytes:
        protocol = BaseProtocol(asyncio.get_running_loop())
        protocol.connection_made(asyncio.Transport())
        body = StreamReader(protocol, 2**16)
        for chunk in chunks:
            body.feed_data(chunk)
        if ends:
            body.feed_eof()
        request = make_mocked_request("POST", "/", payload=body)
        return await receive(request, limit, seconds=0.01)

    return asyncio.run(run())


def test_a_body_is_put_together_from_its_parts() -> None:
    assert receive_from(b"abc", b"def", ends=True) == b"abcdef"


def test_a_body_that_never_ends_is_not_waited_for_for_ever() -> None:
    with pytest.raises(BodyRefused, match="did not come within") as caught:
        receive_from(b"abc", ends=False)
    assert caught.value.status == HTTPStatus.REQUEST_TIMEOUT


def test_a_client_that_goes_away_is_no_fault_of_ours() -> None:
    async def run() -> None:
        protocol = BaseProtocol(asyncio.get_running_loop())
        protocol.connection_made(asyncio.Transport())
        body = StreamReader(protocol, 2**16)
        body.set_exception(ConnectionResetError("gone"))
        await receive(make_mocked_request("POST", "/", payload=body), 10)

    with pytest.raises(BodyRefused, match="no whole body: gone"):
        asyncio.run(run())


@pytest.mark.parametrize("ends", [False, True])
def test_a_body_over_the_limit_is_refused_whether_it_ends_or_not(ends: bool) -> None:
    with pytest.raises(BodyRefused, match="more than 10 bytes") as caught:
        receive_from(b"x" * 11, ends=ends)
    assert caught.value.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
