"""Hot reload: notices what was saved and replaces the workers of its functions."""

from samulator.functions.reload.code import ReloadListener, watch, watch_code
from samulator.functions.reload.settings import watch_settings
from samulator.functions.reload.watching import Watching

__all__ = ["ReloadListener", "Watching", "watch", "watch_code", "watch_settings"]
