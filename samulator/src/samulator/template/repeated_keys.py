"""Keys that a template has twice at one place, of which CloudFormation takes the last unasked."""

from collections.abc import Iterator

import yaml

_MERGE_TAG = "tag:yaml.org,2002:merge"


def repeated_keys(document: yaml.Node | None) -> Iterator[str]:
    """Yield a line for each, as the document is composed: merges of YAML repeat nothing."""
    waiting: list[tuple[str, yaml.Node]] = [] if document is None else [("", document)]
    seen: set[int] = set()
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from _repeated(path, node)
            waiting += [(f"{path}{_name(key)}.", value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(path, item) for item in node.value]


def _repeated(path: str, node: yaml.MappingNode) -> Iterator[str]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE_TAG:
            continue
        line = key.start_mark.line + 1
        if key.value in lines:
            first = lines[key.value]
            where = f"line {line}" if first == line else f"lines {first} and {line}"
            yield (
                f"{path}{key.value} is there twice ({where}): only the last counts, as on AWS; "
                "rename or remove one of them"
            )
        lines[key.value] = line


def _name(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
