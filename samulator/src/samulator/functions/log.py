"""Reads what a worker writes to its standard output and error, line by line."""

import asyncio
import os
from collections.abc import Callable

TAIL_BYTES = 4096
_CHUNK = 65536
_MOST_CHUNKS = 64
# CloudWatch cuts a longer event in the same way.
_LONGEST_LINE = 256 * 1024
# awslambdaric joins the lines of a traceback by carriage returns and indents them with
# no-break spaces, so that CloudWatch keeps them in one record.
_RECORD_SEPARATOR = "\r"
_NO_BREAK_SPACE = "\u00a0"


class LogPipe:
    """One pipe for both streams. `write_end` goes to the process, then must be closed here."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._partial = b""
        self._tail = bytearray()
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._read_end, self._read)
        self._open = True

    def drain(self) -> None:
        """Take in what has been written so far.

        The worker writes unbuffered and before it posts its result, so nothing of a finished
        invocation is missing, and nothing needs to be waited for.
        """
        for _ in range(_MOST_CHUNKS):
            if not self._open or not self._read():
                break

    def add(self, line: str) -> None:
        """Log a line of the platform itself."""
        self._tail += f"{line}\n".encode()
        self._on_line(line)

    def start_tail(self) -> None:
        """Forget the tail: a new invocation begins."""
        self._tail.clear()

    def tail(self) -> bytes:
        """Return the last 4 KiB logged since start_tail()."""
        return bytes(self._tail[-TAIL_BYTES:])

    def close(self) -> None:
        """Read the rest and let go of the pipe."""
        if not self._open:
            return
        self.drain()
        if self._partial:
            self._lines(b"\n")
        self._open = False
        self._loop.remove_reader(self._read_end)
        os.close(self._read_end)

    def _read(self) -> bool:
        try:
            chunk = os.read(self._read_end, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            self._loop.remove_reader(self._read_end)
            return False
        self._lines(chunk)
        return True

    def _lines(self, chunk: bytes) -> None:
        *complete, self._partial = (self._partial + chunk).split(b"\n")
        if len(self._partial) > _LONGEST_LINE:
            complete, self._partial = [*complete, self._partial], b""
        for raw in complete:
            text = raw.decode("utf-8", errors="replace")
            for line in text.rstrip(_RECORD_SEPARATOR).split(_RECORD_SEPARATOR):
                content = line.lstrip(_NO_BREAK_SPACE)
                self.add(" " * (len(line) - len(content)) + content)
        if len(self._tail) > _CHUNK:
            del self._tail[:-TAIL_BYTES]
