"""Changes a module of a library when it was imported, and imports nothing for that.

Part of a worker's first code, so the standard library alone.
"""

import importlib.util
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType


def after_import(name: str, change: "Callable[[ModuleType], None]") -> None:
    """Call `change` with the module of this name once it was run, if it ever is."""
    sys.meta_path.insert(0, _AfterImport(name, change))


class _AfterImport:
    """Finds one module as others would, once, and changes it when it was run."""

    def __init__(self, name: str, change: "Callable[[ModuleType], None]") -> None:
        self._name = name
        self._change = change

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> "ModuleSpec | None":
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        loader = spec.loader if spec else None
        if loader is not None:
            run = loader.exec_module

            def run_and_change(module: ModuleType) -> None:
                run(module)
                self._change(module)

            loader.exec_module = run_and_change  # type: ignore[method-assign]
        return spec
