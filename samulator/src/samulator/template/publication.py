"""Versions and aliases of functions: those that SAM makes, and those declared by themselves.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from samulator.template.model import Value
from samulator.template.reference import InvalidReference, parse_reference

VERSION, ALIAS = "AWS::Lambda::Version", "AWS::Lambda::Alias"
# SAM's name for what it makes with AutoPublishAlias, which any resource may refer to.
_MADE_BY_SAM = re.compile(r"(?P<function>[^.]+)\.(?P<kind>Version|Alias)")
# A stack that was just created has published each version once.
_FIRST = "1"


class TextResolver(Protocol):
    """What names need from the resolver: a property's text."""

    def text(self, value: Value, where: str) -> str:
        """Return `value` without intrinsics."""

    def exists(self, logical_id: str) -> bool:
        """Return whether the resource is declared and its Condition, if any, holds."""


@dataclass(frozen=True)
class Publication:
    """A version or an alias of a function, which is a logical id or a FunctionName."""

    function: str
    qualifier: str
    is_alias: bool = False


class Publications:
    """The versions and aliases that the resources of a template stand for."""

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self._resources = resources

    def find(self, logical_id: str, resolver: TextResolver) -> Publication | None:
        """Return what `logical_id` publishes, None where it is no version and no alias."""
        kind = (self._resources.get(logical_id) or {}).get("Type")
        if kind == VERSION:
            function = self._function_of(logical_id, resolver)
            same = [name for name, owner in self._declared(resolver) if owner == function]
            return Publication(function, str(same.index(logical_id) + 1))
        if kind == ALIAS:
            name = resolver.text(self._properties(logical_id)["Name"], f"{logical_id}.Name")
            return Publication(self._function_of(logical_id, resolver), name, is_alias=True)
        if made := _MADE_BY_SAM.fullmatch(logical_id):
            return self._made_by_sam(made["function"], made["kind"], resolver)
        return self._alias_by_its_own_id(logical_id, resolver)

    def versions(
        self, function: str, resolver: TextResolver, name_of: Callable[[str, TextResolver], str]
    ) -> dict[str, str]:
        """Return the versions of the function of this FunctionName by all their qualifiers."""
        found: dict[str, str] = {}
        for logical_id in self._resources:
            alias = self._auto_alias(logical_id, resolver)
            if alias and resolver.exists(logical_id) and name_of(logical_id, resolver) == function:
                found |= {_FIRST: _FIRST, alias: _FIRST}
        for logical_id in self._of(VERSION, ALIAS):
            published = self.find(logical_id, resolver) if resolver.exists(logical_id) else None
            if published is not None and published.function == function:
                version = self._properties(logical_id).get("FunctionVersion", published.qualifier)
                found[published.qualifier] = resolver.text(version, f"{logical_id}.FunctionVersion")
        return found

    def _made_by_sam(self, function: str, kind: str, resolver: TextResolver) -> Publication | None:
        alias = self._auto_alias(function, resolver)
        if alias is None:
            return None
        is_alias = kind == "Alias"
        return Publication(function, alias if is_alias else _FIRST, is_alias)

    def _alias_by_its_own_id(self, logical_id: str, resolver: TextResolver) -> Publication | None:
        """SAM's alias is a resource too, named after its function and itself."""
        function, separator, alias = logical_id.rpartition("Alias")
        if separator and alias and alias == self._auto_alias(function, resolver):
            return Publication(function, alias, is_alias=True)
        return None

    def _auto_alias(self, function: str, resolver: TextResolver) -> str | None:
        if (self._resources.get(function) or {}).get("Type") != "AWS::Serverless::Function":
            return None
        declared = self._properties(function).get("AutoPublishAlias")
        return resolver.text(declared, f"{function}.AutoPublishAlias") if declared else None

    def _declared(self, resolver: TextResolver) -> Iterator[tuple[str, str]]:
        for logical_id in self._of(VERSION):
            yield logical_id, self._function_of(logical_id, resolver)

    def _function_of(self, logical_id: str, resolver: TextResolver) -> str:
        """The FunctionName that a version or an alias belongs to."""
        where = f"{logical_id}.FunctionName"
        name = resolver.text(self._properties(logical_id).get("FunctionName"), where)
        try:
            return parse_reference(name).name
        except InvalidReference:
            return name

    def _of(self, *kinds: str) -> Iterator[str]:
        return (name for name, resource in self._resources.items() if resource["Type"] in kinds)

    def _properties(self, logical_id: str) -> Mapping[str, Any]:
        return self._resources[logical_id].get("Properties") or {}
