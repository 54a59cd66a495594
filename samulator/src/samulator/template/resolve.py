"""Resolves the intrinsic functions of a template, as far as this machine can know them."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from samulator.template.model import TemplateError, Value
from samulator.template.names import Names

_PLACEHOLDER = re.compile(r"\$\{([^!][^}]*)\}")
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:[^}]+\}\}")
# What SAM makes with AutoPublishAlias is a resource of its own by this name.
_MADE_BY_SAM = re.compile(r"([^.]+)\.(?:Version|Alias)")
_NO_VALUE = object()


class Resolver:
    """Turns intrinsics into plain values; only what is asked for is resolved, so a resource that
    exists on AWS alone does no harm until a function needs its attribute here.

    Every method takes `where`, the place in the template, and raises TemplateError naming it.
    """

    def __init__(
        self, document: Mapping[str, Any], names: Names, parameters: Mapping[str, str]
    ) -> None:
        self._document = document
        self._resources: Mapping[str, Any] = document["Resources"]
        self._names = names
        self._parameters = {**_defaults(document), **_checked(document, parameters)}
        self._conditions: dict[str, bool | None] = {}
        self._functions: dict[str, Callable[[Value, str], Value]] = {
            "Ref": self._ref,
            "Condition": self._condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::Equals": self._equals,
            "Fn::And": self._and,
            "Fn::Or": self._or,
            "Fn::Not": lambda value, where: not self._truth(value[0], where),
            "Fn::Base64": self._base64,
            "Fn::GetAZs": lambda _value, _where: [f"{names.region}{zone}" for zone in "abc"],
            "Fn::Length": lambda value, where: len(self.resolve(value, where)),
            "Fn::ToJsonString": lambda value, where: json.dumps(self.resolve(value, where)),
        }

    def resolve(self, value: Value, where: str) -> Value:
        """Return `value` without intrinsics; entries that are AWS::NoValue are left out."""
        resolved = self._resolve(value, where)
        return None if resolved is _NO_VALUE else resolved

    def text(self, value: Value, where: str) -> str:
        """Return `value` as CloudFormation passes it on where a string is expected."""
        resolved = self.resolve(value, where)
        if isinstance(resolved, bool):
            return "true" if resolved else "false"
        if isinstance(resolved, str | int | float):
            return str(resolved)
        raise TemplateError(f"{where}: expected a string, got {json.dumps(resolved, default=str)}")

    def exists(self, logical_id: str) -> bool:
        """Return whether the resource is declared and its Condition, if any, holds."""
        resource = self._resources.get(logical_id)
        if resource is None:
            return False
        condition = resource.get("Condition")
        return condition is None or self._condition(condition, f"Resources.{logical_id}")

    def _resolve(self, value: Value, where: str) -> Value:
        if isinstance(value, dict):
            return self._resolve_map(value, where)
        if isinstance(value, list):
            items = (self._resolve(item, f"{where}[{index}]") for index, item in enumerate(value))
            return [item for item in items if item is not _NO_VALUE]
        if isinstance(value, str) and (reference := _DYNAMIC_REFERENCE.search(value)):
            raise TemplateError(f"{where}: {reference[0]} is known on AWS only")
        return value

    def _resolve_map(self, value: dict[str, Any], where: str) -> Value:
        if len(value) == 1:
            (name, argument), *_ = value.items()
            if name in self._functions:
                return self._call(name, argument, where)
            if isinstance(name, str) and name.startswith("Fn::"):
                raise TemplateError(f"{where}: {name} cannot be resolved on this machine")
        items = {key: self._resolve(item, f"{where}.{key}") for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not _NO_VALUE}

    def _call(self, name: str, argument: Value, where: str) -> Value:
        try:
            return self._functions[name](argument, where)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError) as error:
            shown = json.dumps(argument, default=str)
            raise TemplateError(f"{where}: {name} does not take {shown}") from error

    def _ref(self, name: str, where: str) -> Value:
        if name == "AWS::NoValue":
            return _NO_VALUE
        pseudo = self._names.pseudo_parameters.get(name)
        if pseudo is not None:
            return pseudo
        if name in (self._document.get("Parameters") or {}):
            if name not in self._parameters:
                raise TemplateError(f"{where}: parameter {name} has no default; give it a value")
            return self._parameters[name]
        self._check_exists(name, where)
        return self._names.ref(name, self)

    def _get_att(self, argument: Value, where: str) -> Value:
        path = argument if isinstance(argument, str) else ".".join(argument)
        name, attribute = _named_attribute(path)
        self._check_exists(name, where)
        value = self._names.attribute(name, attribute, self)
        if value is None:
            kind = self._resources[name]["Type"] if name in self._resources else "resource"
            raise TemplateError(
                f"{where}: {name}.{attribute} ({kind}) exists on AWS only; override the variable"
            )
        return value

    def _check_exists(self, name: str, where: str) -> None:
        if self.exists(name) or self._names.is_generated(name, self):
            return
        declared = name in self._resources
        reason = "is left out by its Condition" if declared else "is not declared"
        if made := _MADE_BY_SAM.fullmatch(name):
            reason = f"is not there, for {made[1]} has no AutoPublishAlias"
        raise TemplateError(f"{where}: {name} {reason}")

    def _sub(self, argument: Value, where: str) -> str:
        template, variables = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in variables:
                return self.text(variables[name], where)
            if "." in name and not _MADE_BY_SAM.fullmatch(name):
                return self.text({"Fn::GetAtt": name}, where)
            return self.text({"Ref": name}, where)

        replaced: str = self._resolve(_PLACEHOLDER.sub(replace, template), where)
        return replaced.replace("${!", "${")

    def _join(self, argument: Value, where: str) -> str:
        delimiter, items = argument
        return str(delimiter).join(self.text(item, where) for item in self.resolve(items, where))

    def _split(self, argument: Value, where: str) -> list[str]:
        delimiter, text = argument
        return self.text(text, where).split(delimiter)

    def _select(self, argument: Value, where: str) -> Value:
        index, items = argument
        return self.resolve(items, where)[int(self.resolve(index, where))]

    def _find_in_map(self, argument: Value, where: str) -> Value:
        name, first, second = (self.text(key, where) for key in argument[:3])
        try:
            return self._resolve(self._document["Mappings"][name][first][second], where)
        except KeyError as error:
            raise TemplateError(f"{where}: no {name}.{first}.{second} in Mappings") from error

    def _if(self, argument: Value, where: str) -> Value:
        condition, yes, no = argument
        return self._resolve(yes if self._condition(condition, where) else no, where)

    def _equals(self, argument: Value, where: str) -> bool:
        left, right = argument
        return self.text(left, where) == self.text(right, where)

    def _and(self, argument: Value, where: str) -> bool:
        return all(self._truth(item, where) for item in argument)

    def _or(self, argument: Value, where: str) -> bool:
        return any(self._truth(item, where) for item in argument)

    def _base64(self, argument: Value, where: str) -> str:
        return base64.b64encode(self.text(argument, where).encode()).decode()

    def _truth(self, value: Value, where: str) -> bool:
        resolved = self.resolve(value, where)
        if not isinstance(resolved, bool):
            raise TemplateError(f"{where}: {json.dumps(value, default=str)} is not a condition")
        return resolved

    def _condition(self, name: str, where: str) -> bool:
        conditions = self._document.get("Conditions") or {}
        if name not in conditions:
            raise TemplateError(f"{where}: condition {name} is not declared")
        if self._conditions.get(name, False) is None:
            raise TemplateError(f"Conditions.{name}: depends on itself")
        if name not in self._conditions:
            self._conditions[name] = None
            self._conditions[name] = self._truth(conditions[name], f"Conditions.{name}")
        return bool(self._conditions[name])


def _named_attribute(path: str) -> tuple[str, str]:
    """Split "Name.Attribute", where the name may be one of those that SAM makes."""
    name, _, attribute = path.partition(".")
    kind, _, rest = attribute.partition(".")
    made = f"{name}.{kind}"
    return (made, rest) if rest and _MADE_BY_SAM.fullmatch(made) else (name, attribute)


def _defaults(document: Mapping[str, Any]) -> dict[str, Any]:
    declared = document.get("Parameters") or {}
    return {
        name: _typed(definition, definition["Default"])
        for name, definition in declared.items()
        if "Default" in definition
    }


def _typed(definition: Mapping[str, Any], value: Value) -> Value:
    kind = str(definition.get("Type", "String"))
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [item.strip() for item in str(value).split(",")]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _checked(document: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    declared = document.get("Parameters") or {}
    for name, value in parameters.items():
        if name not in declared:
            raise TemplateError(f"Parameters.{name}: not declared, so {value!r} has no effect")
        allowed = [str(item) for item in declared[name].get("AllowedValues", [])]
        if allowed and value not in allowed:
            raise TemplateError(f"Parameters.{name}: {value!r} is not one of {', '.join(allowed)}")
    return {name: _typed(declared[name], value) for name, value in parameters.items()}
