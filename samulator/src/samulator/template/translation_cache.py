"""Keeps the translation of a template beside the project: AWS's translator takes a second."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from samulator.template.model import Value
from samulator.template.translation import translate

Translate = Callable[[Mapping[str, Any], Mapping[str, str], str], dict[str, Any]]

_FOLDER = "translations"
_KEPT = 20


class TranslationCache:
    """The last that `translate` made, in the state `folder`; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, translate: Translate = translate) -> None:
        self._folder = None if folder is None else folder / _FOLDER
        self._translate = translate

    def translated(
        self, document: Mapping[str, Any], parameters: Mapping[str, str], region: str
    ) -> dict[str, Any]:
        """Return the translation, from a file if it was made of the same. Raises TemplateError."""
        if self._folder is None:
            return self._translate(document, parameters, region)
        path = self._folder / f"{_digest([document, parameters, region])}.json"
        kept = _read(path)
        if kept is None:
            kept = self._translate(document, parameters, region)
            _write(path, kept)
            _drop_oldest(self._folder)
        return kept


def _digest(source: Value) -> str:
    """Also of what translates: another version may do it otherwise."""
    digest = hashlib.sha256(version("aws-sam-translator").encode())
    for module in ("translation.py", "local_paths.py"):
        digest.update(Path(__file__).with_name(module).read_bytes())
    digest.update(json.dumps(source, default=str).encode())
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) else None


def _write(path: Path, content: Value) -> None:
    """Whole or not at all: another stack may read it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="new-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, default=str)
    Path(name).replace(path)


def _drop_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[_KEPT:]:
        path.unlink(missing_ok=True)
