"""Counts how many templates load, and of how many everything runs or is explained."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from foreign_apps.templates import missing_code, templates
from samulator.template.load import load_application
from samulator.template.model import TemplateError

# How many of the causes are shown.
_SHOWN = 40


@dataclass
class Count:
    """What became of the templates, and why of some nothing did."""

    templates: int = 0
    loaded: int = 0
    complete: int = 0
    whole: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def blame(self, cause: str, example: str) -> None:
        """One template is less than whole for this reason."""
        self.causes[cause] += 1
        self.examples.setdefault(cause, example)


def count(folder: Path, listed: Path | None = None) -> str:
    """Returns the numbers and the ranked causes as Markdown."""
    counted = Count()
    for file in templates(folder, listed):
        counted.templates += 1
        _look_at(file, str(file.relative_to(folder)), counted)
    return _report(counted)


def _look_at(file: Path, name: str, counted: Count) -> None:
    try:
        application = load_application(file)
    except TemplateError as error:
        counted.blame(f"does not load: {_kind_of(str(error))}", f"{name}: {error}")
        return
    except Exception as error:  # noqa: BLE001 a traceback is what must never be
        counted.blame(f"crashes: {type(error).__name__}", f"{name}: {error}")
        return
    counted.loaded += 1
    if missing := missing_code(application):
        counted.blame("code is not in the repository", f"{name}: {missing[0]}")
        return
    counted.complete += 1
    silent = list(application.warnings)
    if not silent:
        counted.whole += 1
    for cause in {_kind_of(text) for text in silent}:
        counted.blame(cause, f"{name}: {silent[0]}")


def _kind_of(text: str) -> str:
    """The sentence without what is this template's own."""
    text = re.sub(r"\([^()]*\)", "", text)
    return re.sub(r"^[\w./]+: ", "", text).strip()[:120]


def _report(counted: Count) -> str:
    share = counted.loaded / counted.templates if counted.templates else 0
    whole = counted.whole / counted.complete if counted.complete else 0
    lines = [
        f"{counted.templates} templates: {counted.loaded} load ({share:.1%}); "
        f"{counted.complete} of these have complete code, of which in {counted.whole} "
        f"({whole:.1%}) everything runs.",
        "",
        "| templates | cause | for example |",
        "|---:|---|---|",
    ]
    lines += [
        f"| {times} | {_cell(cause)} | {_cell(counted.examples[cause])} |"
        for cause, times in counted.causes.most_common(_SHOWN)
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")[:200]
