"""One application of somebody else, as its file in `applications/` describes it.

    repository = "aws-samples+serverless-patterns"   # its folder among the clones
    folder = "sns-lambda-python-sam"                 # the application's folder in it
    kinds = ["SNS"]                                  # doors and events that it shows

    [[steps]]
    what = "a message is published"                  # a cell of the table
    publish = { topic = "ProcessingTopic", message = "hello" }
    sees = [{ log = "ProcessorFunction", text = "Processed message hello" }]

`template` names another file than template.yaml, `parameters` are those of the template,
`environment` what a file for --env-vars says, and resources are called by their logical ids
throughout.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "applications"


@dataclass(frozen=True)
class Step:
    """Something that is done (one of the names in `actions.ACTIONS`) and what must come of it."""

    what: str
    action: str
    arguments: Mapping[str, Any]
    sees: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ForeignApp:
    """`name` is the file's; `folder` is relative to the clones."""

    name: str
    folder: Path
    template: str
    kinds: tuple[str, ...]
    parameters: Mapping[str, str]
    environment: Mapping[str, Mapping[str, str]]
    steps: tuple[Step, ...]


def read_applications(only: str = "") -> list[ForeignApp]:
    """Those whose name contains `only`, by name. Raises ValueError where there is none."""
    found = [_read(file) for file in sorted(FOLDER.glob("*.toml")) if only in file.stem]
    if not found:
        raise ValueError(f"no file in {FOLDER} has {only!r} in its name")
    return found


def _read(file: Path) -> ForeignApp:
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    return ForeignApp(
        name=file.stem,
        folder=Path(told["repository"]) / told["folder"],
        template=told.get("template", "template.yaml"),
        kinds=tuple(told["kinds"]),
        parameters=told.get("parameters", {}),
        environment=told.get("environment", {}),
        steps=tuple(_step(step) for step in told["steps"]),
    )


def _step(told: Mapping[str, Any]) -> Step:
    actions = [name for name in told if name not in ("what", "sees")]
    if len(actions) != 1:
        raise ValueError(f"the step {told['what']!r} has to do one thing, not {actions}")
    return Step(
        what=told["what"],
        action=actions[0],
        arguments=told[actions[0]],
        sees=tuple(told.get("sees", ())),
    )
