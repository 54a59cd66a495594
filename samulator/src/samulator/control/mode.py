"""The ways to run functions, as the stack sees them: what differs besides the host itself."""

from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Protocol

from samulator.functions.asynchronous import DestinationSender
from samulator.functions.host import FunctionHost
from samulator.template.model import Application

Work = Coroutine[Any, Any, None]


class Mode(Protocol):
    """Worker processes or containers.

    `description` follows the project's name at the start. `gateway` is one more address that the
    functions reach this machine by, None where loopback does. `own_ports` are the ports (names
    of `Ports`) that the host itself listens on, so that the stack opens no door there.
    """

    description: str
    gateway: str | None
    own_ports: frozenset[str]

    def adapt(self, application: Application, aws_url: str) -> Application:
        """Return the application as it can run this way, with a warning for each difference.

        AWS's services answer at `aws_url`.
        """

    async def build(self, application: Application) -> None:
        """Build what functions import while the servers start; may take minutes."""

    def create_host(
        self,
        application: Application,
        environment: Mapping[str, str],
        destinations: DestinationSender,
    ) -> FunctionHost:
        """Return the host, not started. `environment` replaces variables that functions declare."""

    async def warm(self) -> None:
        """Start what would make the first requests slow, while the start invokes run."""

    async def check(self) -> None:
        """Look whether the doors answer; raises StartFailed."""

    def background(self) -> Iterable[Work]:
        """Work until the stack stops; none of it ends by itself."""
