"""What a Dockerfile makes, as far as Python alone can make it: files, packages, settings."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from samulator.functions.packages.image.bases import RESERVED, TASK_ROOT, base_of, starts_function
from samulator.functions.packages.image.commands import Install, MakeFolder, read_command
from samulator.functions.packages.image.dockerfile import Instruction, substituted

_WITHOUT_EFFECT = frozenset(
    ("LABEL", "EXPOSE", "USER", "MAINTAINER", "STOPSIGNAL", "VOLUME", "HEALTHCHECK")
)


class Unsupported(Exception):
    """An image cannot be made without Docker; the message names the line that stops it."""


@dataclass(frozen=True)
class Copy:
    """COPY or ADD of files into `target`; from the build context, or from another `stage`."""

    sources: tuple[str, ...]
    target: str
    stage: str | None = None


Step: TypeAlias = Copy | Install | MakeFolder


@dataclass(frozen=True)
class Recipe:
    """One stage, final or not: its Python, its settings, and how its files come about.

    `task_root` is where a handler is looked for. Paths are those in the image.
    """

    runtime: str
    task_root: str
    folder: str
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    entry_point: tuple[str, ...] | None = None

    @property
    def handler(self) -> str:
        """The handler's name: the last word of CMD, or of an ENTRYPOINT that holds everything."""
        words = self.command or (self.entry_point or ())
        return words[-1] if words else ""

    @property
    def variables(self) -> dict[str, str]:
        """What ENV adds to a worker's own variables; places in the image mean nothing here."""
        return {
            name: value
            for name, value in self.environment.items()
            if name not in RESERVED and not value.startswith(("/var/", "/opt", "/usr/"))
        }


def read_recipes(
    instructions: Sequence[Instruction], arguments: Mapping[str, str]
) -> dict[str, Recipe]:
    """Return the stages by name and by number, in order. Raises Unsupported."""
    reader = _Reader(arguments)
    for instruction in instructions:
        reader.read(instruction)
    if not reader.stages:
        raise Unsupported("it has no FROM")
    return reader.stages


class _Reader:
    def __init__(self, arguments: Mapping[str, str]) -> None:
        self._given = arguments
        # ARG before the first FROM counts for FROM lines alone.
        self._global: dict[str, str] = {}
        self._variables: dict[str, str] = {}
        self._names: tuple[str, ...] = ()
        self._count = 0
        self.stages: dict[str, Recipe] = {}

    def read(self, instruction: Instruction) -> None:
        word = instruction.word
        known: dict[str, Callable[[Instruction], None]] = {
            "FROM": self._from,
            "ARG": self._arg,
            "ENV": self._env,
            "WORKDIR": self._workdir,
            "COPY": self._copy,
            "ADD": self._copy,
            "RUN": self._run,
            "CMD": self._cmd,
            "ENTRYPOINT": self._entry_point,
        }
        if word in known:
            known[word](instruction)
        elif word not in _WITHOUT_EFFECT:
            raise Unsupported(str(instruction))

    @property
    def _stage(self) -> Recipe:
        if not self._names:
            raise Unsupported("it starts with no FROM")
        return self.stages[self._names[0]]

    def _put(self, recipe: Recipe) -> None:
        self.stages.update(dict.fromkeys(self._names, recipe))

    def _text(self, text: str) -> str:
        return substituted(text, {**self._variables, **self._stage.environment})

    def _from(self, instruction: Instruction) -> None:
        words = [word for word in instruction.text.split() if not word.startswith("--")]
        base = substituted(words[0], self._global)
        recipe = self.stages.get(base) or self._of_base(base, instruction)
        number = str(self._count)
        self._count += 1
        self._names = (words[2], number) if len(words) == 3 else (number,)
        self._variables = {}
        self._put(replace(recipe))

    def _of_base(self, base: str, instruction: Instruction) -> Recipe:
        found = base_of(base)
        if found is None:
            only = "only the Python images of AWS and Docker are run"
            raise Unsupported(f"{instruction} ({only})")
        return Recipe(found.runtime, found.task_root, found.task_root, environment=found.variables)

    def _arg(self, instruction: Instruction) -> None:
        for declared in shlex.split(instruction.text):
            name, _, default = declared.partition("=")
            value = self._given.get(name, self._global.get(name, default))
            if self._names:
                self._variables[name] = self._text(value)
            else:
                self._global[name] = substituted(value, self._global)

    def _env(self, instruction: Instruction) -> None:
        words = shlex.split(instruction.text)
        if words and "=" not in words[0]:
            words = [f"{words[0]}={' '.join(words[1:])}"]
        pairs = (word.partition("=") for word in words)
        added = {name: self._text(value) for name, _, value in pairs}
        self._put(replace(self._stage, environment={**self._stage.environment, **added}))

    def _workdir(self, instruction: Instruction) -> None:
        folder = in_image(self._stage.folder, self._text(instruction.text))
        moves = self._stage.task_root != TASK_ROOT
        root = folder if moves else TASK_ROOT
        self._put(replace(self._stage, folder=folder, task_root=root))

    def _copy(self, instruction: Instruction) -> None:
        words = instruction.words or shlex.split(instruction.text)
        flags = [word for word in words if word.startswith("--")]
        *sources, target = [self._text(word) for word in words if not word.startswith("--")]
        stage = next((flag[7:] for flag in flags if flag.startswith("--from=")), None)
        remote = any("://" in source or source.startswith("<<") for source in sources)
        packed = instruction.word == "ADD" and any(".tar" in source for source in sources)
        if remote or packed or not sources or (stage and stage not in self.stages):
            raise Unsupported(str(instruction))
        place = in_image(self._stage.folder, target)
        is_folder = target.endswith(("/", ".")) or len(sources) > 1
        self._add(Copy(tuple(sources), f"{place}/" if is_folder else place, stage))

    def _run(self, instruction: Instruction) -> None:
        text = instruction.text
        while text.startswith("--"):
            text = text.partition(" ")[2].strip()
        for command in _commands(" ".join(instruction.words or (text,))):
            step = read_command([self._text(word) for word in command], self._stage.folder)
            if step is None:
                raise Unsupported(str(instruction))
            self._add(*step)

    def _add(self, *steps: Step) -> None:
        self._put(replace(self._stage, steps=(*self._stage.steps, *steps)))

    def _cmd(self, instruction: Instruction) -> None:
        words = instruction.words or shlex.split(instruction.text)
        self._put(replace(self._stage, command=tuple(self._text(word) for word in words)))

    def _entry_point(self, instruction: Instruction) -> None:
        words = tuple(instruction.words or shlex.split(instruction.text))
        if not starts_function(words):
            raise Unsupported(str(instruction))
        self._put(replace(self._stage, entry_point=words))


def in_image(folder: str, path: str) -> str:
    """Return a path of the image, absolute and without a slash at its end."""
    parts: list[str] = []
    for part in (path if path.startswith("/") else f"{folder}/{path}").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _commands(text: str) -> Iterator[list[str]]:
    """The commands of a shell line, which stand one after the other."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="&;|<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    for word in lexer:
        if word in ("&&", ";"):
            yield words
            words = []
        else:
            words.append(word)
    if words:
        yield words
