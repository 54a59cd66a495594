"""Commands of RUN that need no container: pip's installations, and what changes nothing here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PYTHON = re.compile(r"(?:/\S*/)?python(?:3(?:\.\d+)?)?")
_PIP = re.compile(r"(?:/\S*/)?pip(?:3(?:\.\d+)?)?")
_SHELL = re.compile(r"[|<>()&]|`|\$\(")
# Rights and what was downloaded make no difference to a folder of this machine.
_WITHOUT_EFFECT = frozenset(("chmod", "chown", "true", ":", "echo", "rm", "touch", "ls", "set"))
_WITH_VALUE = frozenset(("-r", "--requirement", "-c", "--constraint", "-e", "--editable"))
_INDEXES = tuple(f"--{index}-url" for index in ("index", "extra-index"))
_OTHER_VALUE = frozenset(("-i", "-f", "--find-links", *_INDEXES))
_TARGETS = frozenset(("-t", "--target", "--prefix", "--platform", "--python-version"))
_DROPPED = frozenset(("--implementation", "--abi", "--only-binary", "--root-user-action"))
_OF_PIP_ITSELF = re.compile(r"^(?:pip|setuptools|wheel|uv)(?:[=<>~!].*)?$")


@dataclass(frozen=True)
class Install:
    """An installation by pip; paths in `arguments` are relative to `folder` of the image.

    `paths` are the positions of arguments that are paths.
    """

    arguments: tuple[str, ...]
    paths: frozenset[int]
    folder: str
    target: str | None = None


@dataclass(frozen=True)
class MakeFolder:
    """mkdir of a path, which may be relative to `folder` of the image."""

    path: str
    folder: str


def read_command(words: Sequence[str], folder: str) -> tuple[Install | MakeFolder, ...] | None:
    """Return what one command does, nothing perhaps; None where only a container can do it."""
    if any(_SHELL.search(word) for word in words):
        return None
    if not words or words[0] in _WITHOUT_EFFECT:
        return ()
    if words[0] == "mkdir":
        return tuple(MakeFolder(word, folder) for word in words[1:] if not word.startswith("-"))
    arguments = _pip_arguments(words)
    return None if arguments is None else _installation(arguments, folder)


def _pip_arguments(words: Sequence[str]) -> Sequence[str] | None:
    """What follows `pip install`, however pip is called."""
    if _PYTHON.fullmatch(words[0]) and [*words[1:4]] == ["-m", "pip", "install"]:
        return words[4:]
    if _PIP.fullmatch(words[0]) and words[1:2] == ["install"]:
        return words[2:]
    if [*words[:3]] == ["uv", "pip", "install"]:
        return [word for word in words[3:] if word != "--system"]
    return None


def _installation(words: Sequence[str], folder: str) -> tuple[Install, ...]:
    kept: list[str] = []
    paths: set[int] = set()
    target: str | None = None
    rest = [part for word in words for part in _split(word)]
    while rest:
        word = rest.pop(0)
        if word in _TARGETS | _DROPPED:
            value = rest.pop(0) if rest else ""
            target = value if word in ("-t", "--target") else target
        elif word in _WITH_VALUE | _OTHER_VALUE and rest:
            kept += [word, rest.pop(0)]
            if word in _WITH_VALUE:
                paths.add(len(kept) - 1)
        elif not word.startswith("-") and not _OF_PIP_ITSELF.match(word):
            kept.append(word)
            if word.startswith((".", "/")):
                paths.add(len(kept) - 1)
    if not any(not word.startswith("-") for word in kept):
        return ()
    return (Install(tuple(kept), frozenset(paths), folder, target),)


def _split(word: str) -> list[str]:
    """`--requirement=list` and `-rlist` as two words."""
    if word.startswith("--") and "=" in word:
        return word.split("=", 1)
    if word[:2] in ("-r", "-t", "-c") and len(word) > 2:
        return [word[:2], word[2:]]
    return [word]
