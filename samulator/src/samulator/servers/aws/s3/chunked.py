"""Reads bodies in the encoding `aws-chunked`, as SDKs stream what they have not hashed before.

Amazon S3 API Reference, "Signature calculations for the Authorization header: Transferring
payload in multiple chunks" and its chapter on trailing headers.
"""

from collections.abc import Iterator
from typing import IO

from samulator.servers.aws.s3.errors import S3Error

_BLOCK = 1 << 20
_LONGEST_LINE = 16_384


class AwsChunked:
    """The decoded blocks of `stream`; `trailers` are complete once all blocks were read.

    The signatures of chunks and trailers are not checked. Raises S3Error where the encoding is
    broken or ends early.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.trailers: dict[str, str] = {}

    def __iter__(self) -> Iterator[bytes]:
        while size := self._chunk_size():
            yield from self._chunk(size)
            self._expect_end_of_line()
        self._read_trailers()

    def _chunk_size(self) -> int:
        line = self._stream.readline(_LONGEST_LINE)
        digits = line.split(b";")[0].strip()
        try:
            size = int(digits, 16)
        except ValueError as error:
            raise incomplete_body() from error
        if size < 0 or not line.endswith(b"\n"):
            raise incomplete_body()
        return size

    def _chunk(self, size: int) -> Iterator[bytes]:
        while size:
            block = self._stream.read(min(size, _BLOCK))
            if not block:
                raise incomplete_body()
            size -= len(block)
            yield block

    def _expect_end_of_line(self) -> None:
        if self._stream.readline(_LONGEST_LINE).strip():
            raise incomplete_body()

    def _read_trailers(self) -> None:
        for line in iter(lambda: self._stream.readline(_LONGEST_LINE).strip(), b""):
            name, separator, value = line.decode("latin-1").partition(":")
            if not separator:
                raise S3Error(
                    "MalformedTrailerError",
                    "The request contained trailing data that was not well-formed",
                )
            self.trailers[name.strip().lower()] = value.strip()


def incomplete_body() -> S3Error:
    return S3Error(
        "IncompleteBody",
        "The request body terminated unexpectedly",
    )
