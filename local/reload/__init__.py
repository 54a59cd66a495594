"""Hot reload: notices what was saved and replaces the workers of its functions."""

from local.reload.code import Told, watch, watch_code
from local.reload.settings import watch_settings
from local.reload.watching import Watching

__all__ = ["Told", "Watching", "watch", "watch_code", "watch_settings"]
