"""Frames of a WebSocket: which reach the library, however they come in pieces."""

import pytest

from samulator.http.server.frames import FrameLimit

TEXT, CONTINUED, PING = 0x1, 0x0, 0x9


class Reader:
    """What the library reads."""

    def __init__(self) -> None:
        self.read = b""
        self.has_ended = False

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.read += data
        return False, b""

    def feed_eof(self) -> None:
        self.has_ended = True


def frame(size: int, opcode: int = TEXT, *, fin: bool = True) -> bytes:
    """A masked frame, its length written as short as it can be."""
    head = bytes([opcode | (0x80 if fin else 0)])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65_536:
        head += bytes([0x80 | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([0x80 | 127]) + size.to_bytes(8, "big")
    return head + b"mask" + b"." * size


def read(data: bytes, step: int) -> bytes:
    reader = Reader()
    limit = FrameLimit(reader, frame=200, message=500)
    for at in range(0, len(data), step):
        assert limit.feed_data(data[at : at + step]) == (False, b"")
    limit.feed_eof()
    assert reader.has_ended
    return reader.read


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_frames_within_the_limits_pass_as_they_are(step: int) -> None:
    message = frame(200, fin=False) + frame(200, CONTINUED, fin=False) + frame(100, CONTINUED)
    data = frame(0) + frame(125) + frame(3, PING) + message + frame(126) + frame(200)

    assert read(data, step) == data


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize("size", [201, 70_000])
def test_a_frame_past_the_limit_is_left_out_to_its_end_and_refused(step: int, size: int) -> None:
    before = frame(10)
    passed = read(before + frame(size) + frame(5), step)

    assert passed.startswith(before)
    # A frame of more bytes than there are: the library closes with 1009.
    assert passed[len(before) :] == b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"


@pytest.mark.parametrize("step", [1, 100_000])
def test_frames_that_make_a_message_too_large_are_refused_with_it(step: int) -> None:
    begun = frame(200, fin=False) + frame(200, CONTINUED, fin=False) + frame(9, PING)
    passed = read(begun + frame(101, CONTINUED), step)

    assert passed[: len(begun)] == begun
    assert passed[len(begun) :].startswith(b"\x82\xff\x7f")
