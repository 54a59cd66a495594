"""Sees to it that no worker and no file of a worker is left behind, however the stack ends."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from samulator.functions import guardian


class Supervision:
    """Keeps the guardian process informed of the workers' process groups.

    `folder` holds the workers' temporary files while the stack runs.
    """

    def __init__(self) -> None:
        self.folder = ""
        self._guardian: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the guardian."""
        self.folder = tempfile.mkdtemp(prefix="lambda-workers-")
        self._guardian = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(Path(guardian.__file__)),
            self.folder,
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

    def add(self, group: int) -> None:
        """Have the guardian kill this process group if the stack dies first."""
        self._tell(f"+{group}\n")

    def remove(self, group: int) -> None:
        """The process group is gone; its number may be given to others."""
        self._tell(f"-{group}\n")

    async def close(self) -> None:
        """End the guardian, which removes the temporary files."""
        if self._guardian is None:
            return
        assert self._guardian.stdin is not None
        self._guardian.stdin.close()
        await self._guardian.wait()
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
        self._guardian = None

    def _tell(self, line: str) -> None:
        if self._guardian is not None and self._guardian.stdin is not None:
            self._guardian.stdin.write(line.encode())
