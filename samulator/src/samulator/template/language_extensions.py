"""Fn::ForEach of AWS::LanguageExtensions and AWS::Include, both expanded before translation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from samulator.template.document import parse_text
from samulator.template.intrinsics import Intrinsics
from samulator.template.model import TemplateError, Value

_FOR_EACH = "Fn::ForEach::"
_TRANSFORM = "Fn::Transform"
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


class Expansion:
    """Expands a document; paths of includes are relative to the template's `folder`."""

    def __init__(self, intrinsics: Intrinsics, folder: Path) -> None:
        self._intrinsics = intrinsics
        self._folder = folder

    def expand(self, value: Value, where: str = "") -> Value:
        """Return `value` with every loop written out and every local include read.

        Raises TemplateError naming the place.
        """
        if isinstance(value, list):
            return [self.expand(item, f"{where}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        expanded: dict[Any, Any] = {}
        for key, item in value.items():
            place = f"{where}.{key}" if where else str(key)
            if isinstance(key, str) and key.startswith(_FOR_EACH):
                expanded |= self._loop(item, place)
            elif key == _TRANSFORM:
                expanded |= self._include(item, place)
            else:
                expanded[key] = self.expand(item, place)
        return expanded

    def _loop(self, argument: Value, where: str) -> dict[Any, Any]:
        try:
            name, collection, body = argument
        except (TypeError, ValueError) as error:
            raise TemplateError(f"{where}: expected [Identifier, Collection, Body]") from error
        items = self._intrinsics.resolve(collection, where)
        if not isinstance(name, str) or not isinstance(items, list) or not isinstance(body, dict):
            raise TemplateError(f"{where}: expected a name, a list and a map")
        expanded: dict[Any, Any] = {}
        for item in items:
            expanded |= self.expand(_replaced(body, name, str(item)), where)
        return expanded

    def _include(self, argument: Value, where: str) -> dict[Any, Any]:
        """What a local file holds in place of the transform, which stays where there is none."""
        if not isinstance(argument, Mapping) or argument.get("Name") != "AWS::Include":
            return {_TRANSFORM: self.expand(argument, where)}
        parameters = argument.get("Parameters")
        declared = parameters.get("Location") if isinstance(parameters, Mapping) else None
        location = self._intrinsics.resolve(declared, where)
        elsewhere = {_TRANSFORM: {**argument, "Parameters": {"Location": location}}}
        if not isinstance(location, str) or location.startswith("s3://"):
            return elsewhere
        path = self._folder / location
        if location != declared and not path.is_file():
            # Where a deployment puts it: the value of a parameter, made up or for AWS alone.
            return elsewhere
        try:
            included = parse_text(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
            reason = " ".join(str(error).split())
            raise TemplateError(f"{where}: cannot include {location}: {reason}") from error
        if not isinstance(included, dict):
            raise TemplateError(f"{where}: cannot include {location}: it holds no map")
        return dict(self.expand(included, where))


def _replaced(value: Value, name: str, item: str) -> Value:
    """`${name}` is the item, `&{name}` its letters and digits, which names of resources need."""
    if isinstance(value, str):
        bare = _NOT_ALPHANUMERIC.sub("", item)
        return value.replace(f"${{{name}}}", item).replace(f"&{{{name}}}", bare)
    if isinstance(value, list):
        return [_replaced(part, name, item) for part in value]
    if isinstance(value, dict):
        if value == {"Ref": name}:
            return item
        replaced = {
            _replaced(key, name, item): _replaced(part, name, item) for key, part in value.items()
        }
        # SAM wants some of its properties as texts.
        text = replaced.get("Fn::Sub") if len(replaced) == 1 else None
        return text if isinstance(text, str) and "${" not in text else replaced
    return value
