"""Says which resources of the template could not be made wholly, as soon as it is known."""

import asyncio

from samulator.control.console import Console
from samulator.servers.aws.service import AwsServer

_SECONDS = 0.5


class ResourceProblems:
    """Says each line once for each start of AWS's services."""

    def __init__(self, aws: AwsServer, console: Console) -> None:
        self._aws = aws
        self._console = console
        self._said: set[str] = set()
        self._is_all = False

    def say(self) -> None:
        """Say what is new."""
        lines, self._is_all = self._aws.problems()
        for line in lines:
            if line not in self._said:
                self._console.problem(f"  {line}")
        self._said.update(lines)

    def start_again(self) -> None:
        """The services came back, and made everything again."""
        self._said.clear()
        self.say()

    async def watch(self) -> None:
        """Never ends: what is made later is known later."""
        while True:
            if not self._is_all:
                self.say()
            await asyncio.sleep(_SECONDS)
