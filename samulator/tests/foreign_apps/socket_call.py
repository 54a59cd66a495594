"""A conversation with an application's WebSocket API."""

import asyncio
import re

import aiohttp

from foreign_apps.outcome import Arguments, Outcome, as_text
from foreign_apps.running import Running

# The line that `samulator up` prints of an API; its routes have no port yet.
_PLACE = re.compile(r"ws://127\.0\.0\.1:\d+/\S*")
_SECONDS = 60


def talk(app: Running, call: Arguments) -> Outcome:
    """Connect, say what there is to `send`, and return the `hears` messages that come, a line each.

    The status is that of the handshake.
    """
    found = _PLACE.search(app.said())
    assert found, "no WebSocket API is named"
    return asyncio.run(_talk(found[0], call))


async def _talk(place: str, call: Arguments) -> Outcome:
    async with aiohttp.ClientSession() as client:
        try:
            socket = await client.ws_connect(place)
        except aiohttp.WSServerHandshakeError as refused:
            return Outcome(refused.status)
        if "send" in call:
            await socket.send_str(as_text(call["send"]))
        heard = [await socket.receive_str(timeout=_SECONDS) for _ in range(call["hears"])]
        await socket.close()
    return Outcome(101, "\n".join(heard))
