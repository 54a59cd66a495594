"""Reads a template file into plain data: short-form tags expanded, Globals merged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from samulator.template.model import TemplateError, Value
from samulator.template.repeated_keys import repeated_keys

# libyaml's parser is ten times as fast where PyYAML was built with it.
_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TEMPLATE_NAMES = ("template.yaml", "template.yml", "template.json")
_SHORT_WITHOUT_PREFIX = {"Ref", "Condition"}
_MERGE_TAG = "tag:yaml.org,2002:merge"
_TEXT_TAG = "tag:yaml.org,2002:str"
_TIMESTAMP_TAG = "tag:yaml.org,2002:timestamp"


class _Loader(_SafeLoader):  # type: ignore[valid-type, misc]
    """YAML as CloudFormation reads it: tags are intrinsics, dates and all keys stay text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE_TAG:
                key.tag = _TEXT_TAG
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP_TAG]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _construct_intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in _SHORT_WITHOUT_PREFIX else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if name == "Fn::GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _construct_intrinsic)


def find_template(folder: Path) -> Path:
    """Return the template of a folder, as `sam` looks for it. Raises TemplateError."""
    for name in TEMPLATE_NAMES:
        if (folder / name).is_file():
            return folder / name
    names = ", ".join(TEMPLATE_NAMES)
    raise TemplateError(f"{folder}: none of {names} is there; give the file by -t FILE")


def parse_document(
    template: Path, warn: Callable[[str], object] = lambda _line: None
) -> dict[str, Any]:
    """Return the template as it is written, YAML or JSON, short-form tags expanded.

    `warn` is told of keys that are there twice. Raises TemplateError when the file is missing, is
    neither or has no Resources.
    """
    try:
        document = _parsed(template.read_text(encoding="utf-8"), warn)
        _require_an_end(document)
    except FileNotFoundError as error:
        raise TemplateError(f"{template}: no such file") from error
    except OSError as error:
        raise TemplateError(f"{template}: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TemplateError(f"{template}: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise TemplateError(f"{template}: no Resources section, not a SAM template")
    return document


def _require_an_end(document: Value) -> None:
    """Raises ValueError where an alias of YAML stands inside of what it names."""
    try:
        json.dumps(document, default=str)
    except ValueError as error:
        raise ValueError("an alias (*name) stands inside of what its anchor names") from error


def _parsed(text: str, warn: Callable[[str], object]) -> Value:
    """The same as `parse_text`, with a look at the nodes between."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        for line in repeated_keys(node):
            warn(line)
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def parse_text(text: str) -> Value:
    """Return what YAML or JSON says as CloudFormation reads it. Raises YAMLError, ValueError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 # nosec B506 # a SafeLoader
