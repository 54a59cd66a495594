"""The bytes of objects: in memory until they are kept, then in a file each."""

import os
import secrets
import weakref
from collections.abc import Collection
from pathlib import Path


class Content:
    """Bytes that never change; `file` is their name in the folder, once they are in one."""

    def __init__(self, value: bytes = b"", *, path: str | None = None, size: int = 0) -> None:
        self._value: bytes | None = value if path is None else None
        self._path = path
        self.size = size if path is not None else len(value)

    @property
    def file(self) -> str | None:
        return self._path.rpartition("/")[2] if self._path is not None else None

    def read(self, first: int = 0, length: int | None = None) -> bytes:
        """`length` bytes from `first` on, without reading the rest of a large object."""
        value = self._value
        if value is not None:
            return value[first : None if length is None else first + length]
        assert self._path is not None
        with Path(self._path).open("rb") as file:
            file.seek(first)
            return file.read(-1 if length is None else length)

    def move_to(self, path: str) -> None:
        """Raises OSError, and is in memory as before then."""
        if self._value is None:
            return
        file = Path(path)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._value)
        except OSError:
            file.unlink(missing_ok=True)
            raise
        # In this order: others read meanwhile.
        self._path = path
        self._value = None


class Contents:
    """A folder of contents by random names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: weakref.WeakValueDictionary[str, Content] = weakref.WeakValueDictionary()

    def keep(self, content: Content) -> str | None:
        """Puts it into a file and returns the name; None of nothing. Raises OSError."""
        if content.size and content.file is None:
            content.move_to(self._path(secrets.token_hex(16)))
        if content.file is not None:
            self._read[content.file] = content
        return content.file

    def open(self, file: str | None, size: int) -> Content | None:
        """What is kept under the name; None where not all of its bytes are there."""
        if file is None:
            return Content() if size == 0 else None
        path = self._path(file)
        try:
            is_whole = os.stat(path).st_size == size  # noqa: PTH116 - once per object
        except FileNotFoundError:
            return None
        if not is_whole:
            return None
        content = Content(path=path, size=size)
        self._read[file] = content
        return content

    def drop(self, file: str | None) -> None:
        """Removes the file as soon as nobody can read it any more."""
        if file is None:
            return
        path = Path(self._path(file))
        content = self._read.get(file)
        if content is None:
            path.unlink(missing_ok=True)
        else:
            weakref.finalize(content, path.unlink, missing_ok=True)

    def sweep(self, known: Collection[str]) -> None:
        """Removes what no object refers to: writes that a killed process did not finish."""
        if self._folder.is_dir():
            for path in self._folder.glob("*/*"):
                if path.name not in known:
                    path.unlink()

    def _path(self, file: str) -> str:
        """As text: there may be very many, and paths take ten times the room."""
        return f"{self._folder}/{file[:2]}/{file}"
