"""Holds the frames of a WebSocket within API Gateway's limits, before the library reads them.

The library limits messages alone, and closes a connection in the middle of a frame that is too
large, so that its client may never read why.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

from typing import Protocol

FRAME_LIMIT = 32 * 1024
MESSAGE_LIMIT = 128 * 1024
# The head of a frame that no reader takes, which then says 1009 for itself.
_TOO_BIG = b"\x82\xff" + b"\x7f" + b"\xff" * 7 + b"\0\0\0\0"
_FIN, _OPCODE, _CONTROL, _MASKED, _LENGTH = 0x80, 0x0F, 0x08, 0x80, 0x7F
# What follows the second byte, by the length that it holds.
_FURTHER = {126: 2, 127: 8}


class FrameReader(Protocol):
    """What reads frames: aiohttp's WebSocketReader."""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Read what came."""

    def feed_eof(self) -> None:
        """Nothing more comes."""


class FrameLimit:
    """Passes frames on to `reader`, but for one that is too large or makes its message so.

    That one is read to its end and left out; the reader then refuses with 1009.
    """

    def __init__(
        self, reader: FrameReader, frame: int = FRAME_LIMIT, message: int = MESSAGE_LIMIT
    ) -> None:
        """`frame` and `message` are the most bytes of a payload."""
        self._reader = reader
        self._frame = frame
        self._message = message
        self._head = bytearray()
        self._left = 0
        self._of_message = 0
        self._is_left_out = False
        self._has_refused = False

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Read what came; the connection is over where the first of the answer is true."""
        passed = bytearray()
        at = 0
        while at < len(data) and not self._has_refused:
            if self._left == 0:
                self._head.append(data[at])
                at += 1
                if self._is_head_whole():
                    passed += self._begin()
            else:
                end = min(len(data), at + self._left)
                self._left -= end - at
                if not self._is_left_out:
                    passed += data[at:end]
                at = end
            if self._is_left_out and self._left == 0:
                self._has_refused = True
                passed += _TOO_BIG
        return self._reader.feed_data(bytes(passed))

    def feed_eof(self) -> None:
        """Nothing more comes."""
        self._reader.feed_eof()

    def _is_head_whole(self) -> bool:
        if len(self._head) < 2:
            return False
        mask = 4 if self._head[1] & _MASKED else 0
        return len(self._head) == 2 + _FURTHER.get(self._head[1] & _LENGTH, 0) + mask

    def _begin(self) -> bytes:
        """Return the head of a frame that is taken; its payload comes now."""
        head, self._head = bytes(self._head), bytearray()
        length = head[1] & _LENGTH
        if further := _FURTHER.get(length):
            length = int.from_bytes(head[2 : 2 + further], "big")
        self._left = length
        if head[0] & _OPCODE & _CONTROL:
            return head
        self._of_message += length
        if length > self._frame or self._of_message > self._message:
            self._is_left_out = True
            return b""
        if head[0] & _FIN:
            self._of_message = 0
        return head
