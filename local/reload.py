"""Hot reload: replaces the workers of functions whose files changed."""

from collections.abc import Callable

from local.packages import Packages
from local.runtime.functions import Functions
from local.template.model import Application


async def watch(
    application: Application,
    functions: Functions,
    packages: Packages,
    *,
    on_reload: Callable[[str, str], None] | None = None,
) -> None:
    """Watch code and layers until cancelled; `on_reload(function, what changed)` after each."""
    raise NotImplementedError
