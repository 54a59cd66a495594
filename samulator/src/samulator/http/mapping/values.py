"""Values in a mapping template: they print as Java's, and answer the methods of Java's.

Templates call these methods by Java's names, which is why they are so called here.
"""

import json
import re

from samulator.template.model import Value


class JavaText(str):
    """A text of JSON or of a request."""

    __slots__ = ()

    def toString(self) -> str:
        """Return the text."""
        return str(self)

    def length(self) -> int:
        """Return how many characters there are."""
        return len(self)

    def isEmpty(self) -> bool:
        """Whether there are none."""
        return not self

    def contains(self, part: str) -> bool:
        """Whether the part is in the text."""
        return part in self

    def equals(self, other: Value) -> bool:
        """Whether the other is the same text."""
        return bool(str(self) == other)

    def startsWith(self, prefix: str) -> bool:
        """Whether it starts so."""
        return self.startswith(prefix)

    def endsWith(self, suffix: str) -> bool:
        """Whether it ends so."""
        return self.endswith(suffix)

    def indexOf(self, part: str) -> int:
        """Return where the part begins, or -1."""
        return self.find(part)

    def substring(self, start: int, end: int | None = None) -> str:
        """Return the text from start to before end."""
        return JavaText(self[start:end])

    def replaceAll(self, pattern: str, replacement: str) -> str:
        """Return the text with the pattern's matches replaced, "$1" being a group."""
        return JavaText(re.sub(pattern, re.sub(r"\$(\d)", r"\\\1", replacement), self))

    def matches(self, pattern: str) -> bool:
        """Whether the whole text is of the pattern."""
        return re.fullmatch(pattern, self) is not None

    def toLowerCase(self) -> str:
        """Return it in lower case."""
        return JavaText(self.lower())

    def toUpperCase(self) -> str:
        """Return it in upper case."""
        return JavaText(self.upper())

    def trim(self) -> str:
        """Return it without white space at its ends."""
        return JavaText(self.strip())


class JavaMap(dict[str, Value]):
    """An object of JSON."""

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}={shown(value)}" for name, value in self.items()) + "}"

    def toString(self) -> str:
        """Return it as Java prints it."""
        return JavaText(str(self))

    def keySet(self) -> list[str]:
        """Return the names."""
        return JavaList(self)

    def containsKey(self, name: str) -> bool:
        """Whether there is a value of the name."""
        return name in self

    def put(self, name: str, value: Value) -> Value:
        """Set a value and return the one before."""
        before = self.get(name)
        self[name] = value
        return before

    def putAll(self, values: dict[str, Value]) -> None:
        """Set several values."""
        self.update(values)

    def size(self) -> int:
        """Return how many there are."""
        return len(self)

    def isEmpty(self) -> bool:
        """Whether there are none."""
        return not self


class JavaList(list[Value]):
    """A list of JSON."""

    def __str__(self) -> str:
        return "[" + ", ".join(shown(value) for value in self) + "]"

    def toString(self) -> str:
        """Return it as Java prints it."""
        return JavaText(str(self))

    def size(self) -> int:
        """Return how many items there are."""
        return len(self)

    def get(self, index: int) -> Value:
        """Return the item at the index."""
        return self[index]

    def add(self, value: Value) -> bool:
        """Append the item."""
        self.append(value)
        return True

    def contains(self, value: Value) -> bool:
        """Whether the item is in the list."""
        return value in self

    def isEmpty(self) -> bool:
        """Whether there are no items."""
        return not self


def of_java(value: Value) -> Value:
    """Return a value of JSON with the methods that Java's has."""
    if isinstance(value, dict):
        return JavaMap({name: of_java(each) for name, each in value.items()})
    if isinstance(value, list):
        return JavaList(of_java(each) for each in value)
    return JavaText(value) if isinstance(value, str) else value


def shown(value: Value) -> str:
    """Return what Java writes of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return json.dumps(value)
    return str(value)
