"""Reads a Dockerfile into instructions, each with its line.

https://docs.docker.com/reference/dockerfile/
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_CONTINUED = re.compile(r"\\\s*$")
_VARIABLE = re.compile(
    r"\\\$|\$(?:(?P<plain>\w+)|\{(?P<name>\w+)(?::(?P<sign>[-+])(?P<other>[^}]*))?\})"
)


@dataclass(frozen=True)
class Instruction:
    """One instruction: `line` where it starts, `word` in upper case, `text` what follows it."""

    line: int
    word: str
    text: str

    @property
    def words(self) -> list[str] | None:
        """The words of its JSON form; None where it has the shell form."""
        if not self.text.startswith("["):
            return None
        try:
            read = json.loads(self.text)
        except json.JSONDecodeError:
            return None
        return read if all(isinstance(each, str) for each in read) else None

    def __str__(self) -> str:
        return f"line {self.line}: {self.word} {self.text}"


def read_dockerfile(text: str) -> list[Instruction]:
    """Return the instructions with continued lines joined and comments left out."""
    return [
        Instruction(line, joined.split()[0].upper(), joined.partition(" ")[2].strip())
        for line, joined in _joined(text)
    ]


def substituted(text: str, variables: Mapping[str, str]) -> str:
    """Return the text with $NAME, ${NAME}, ${NAME:-other} and ${NAME:+other} replaced."""

    def value(found: re.Match[str]) -> str:
        if found[0] == r"\$":
            return "$"
        known = variables.get(found["plain"] or found["name"], "")
        if found["sign"] == "-":
            return known or substituted(found["other"], variables)
        if found["sign"] == "+":
            return substituted(found["other"], variables) if known else ""
        return known

    return _VARIABLE.sub(value, text)


def _joined(text: str) -> Iterator[tuple[int, str]]:
    parts: list[str] = []
    start = 0
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if content.startswith("#") or (not content and parts):
            continue
        start = start if parts else number
        parts.append(_CONTINUED.sub("", content).strip())
        if not _CONTINUED.search(line):
            if any(parts):
                yield start, " ".join(part for part in parts if part)
            parts = []
    if any(parts):
        yield start, " ".join(part for part in parts if part)
