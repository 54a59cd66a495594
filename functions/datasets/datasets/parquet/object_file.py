"""An object as a file that Arrow reads from: each read is a ranged request for one version."""

import io

from datasets.storage.bucket import Bucket, StoredObject

# The footer of a file of 5 million rows has 15 kB; Arrow asks for 64 kB first.
TAIL = 64 * 1024
# Below this one request for all is quicker than several for parts.
WHOLE = 4 * 1024 * 1024


class ObjectFile(io.RawIOBase):
    """Not shared between threads: each has its own, with the tail that the first one read."""

    def __init__(self, bucket: Bucket, stored: StoredObject, tail: bytes | None = None) -> None:
        super().__init__()
        self._bucket = bucket
        self.stored = stored
        self._position = 0
        if tail is None:
            length = stored.size if stored.size <= WHOLE else TAIL
            tail = bucket.read(stored, max(0, stored.size - length), length)
        self._tail = tail

    def again(self) -> "ObjectFile":
        """Another file on the same object, at its beginning."""
        return ObjectFile(self._bucket, self.stored, self._tail)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def size(self) -> int:
        return self.stored.size

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.stored.size}[whence]
        self._position = start + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self.stored.size - self._position)
        length = left if size is None or size < 0 else min(size, left)
        tail_start = self.stored.size - len(self._tail)
        if self._position >= tail_start:
            start = self._position - tail_start
            octets = self._tail[start : start + length]
        else:
            octets = self._bucket.read(self.stored, self._position, length)
        self._position += len(octets)
        return octets
