"""docs/guide.md as steps: files to make, changes to apply, commands to run, output to expect."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GUIDE = Path(__file__).parent.parent / "docs" / "guide.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`([\w./-]+\.\w+)`")


@dataclass(frozen=True)
class NewFile:
    path: str
    text: str

    def apply(self, root: Path) -> None:
        place = root / self.path
        assert not place.exists(), f"{self.path} is there already"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(self.text)


@dataclass(frozen=True)
class Change:
    """A diff without line numbers: its context and removed lines stand once in the file."""

    path: str
    text: str

    def apply(self, root: Path) -> None:
        place = root / self.path
        old = "".join(line[1:] for line in self._lines(" -"))
        new = "".join(line[1:] for line in self._lines(" +"))
        before = place.read_text()
        # The end of a long line may be left out.
        old, new = old.removesuffix("\n"), new.removesuffix("\n")
        assert before.count(old) == 1, f"{self.path} has {before.count(old)} times: {old}"
        place.write_text(before.replace(old, new))

    def _lines(self, marks: str) -> Iterator[str]:
        lines = self.text.splitlines(keepends=True)
        assert all(line[0] in " +-" for line in lines), self.text
        return (line for line in lines if line[0] in marks)


@dataclass(frozen=True)
class Commands:
    """What is typed, and the lines that then have to be seen."""

    text: str
    output: tuple[str, ...] = ()


Step = NewFile | Change | Commands


def steps() -> list[Step]:
    """In the order of the guide. A block's file is the last that is named before it."""
    guide = GUIDE.read_text()
    found: list[Step] = []
    path, end = "", 0
    for block in _BLOCK.finditer(guide):
        named = _PATH.findall(guide[end : block.start()])
        creates = "Create `" in guide[end : block.start()]
        path, end = (named[-1] if named else path), block.end()
        kind, text = block.groups()
        if kind == "output":
            assert isinstance(found[-1], Commands)
            found[-1] = Commands(found[-1].text, tuple(text.splitlines()))
        elif kind == "sh":
            found.append(Commands(text))
        elif kind == "diff":
            found.append(Change(path, text))
        else:
            assert creates, f"nothing says where this goes: {text}"
            created = re.findall(r"Create `([^`]+)`", guide[: block.start()])[-1]
            found.append(NewFile(created, text))
    return found
