"""CloudFormation's intrinsic functions and conditions, over what a `Lookup` knows."""

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from samulator.template.dynamic_references import REFERENCE
from samulator.template.model import TemplateError, Value

_PLACEHOLDER = re.compile(r"\$\{([^!][^}]*)\}")
_NO_VALUE = object()
_MALFORMED = (TypeError, ValueError, IndexError, KeyError, AttributeError)


class Lookup(Protocol):
    """What a template may refer to. `where` is the place that refers to it."""

    def ref(self, name: str, where: str) -> Value:
        """Return Ref of a parameter, pseudo parameter or resource."""

    def attribute(self, name: str, attribute: str, where: str) -> Value:
        """Return GetAtt of a resource."""

    def dynamic(self, reference: re.Match[str]) -> str | None:
        """Return what a dynamic reference stands for, None where it is not known."""

    def imported(self, name: str) -> str | None:
        """Return the value of another stack's export, None where it is not known."""


class Intrinsics:
    """Turns intrinsics into plain values.

    What cannot be resolved is left out, as AWS::NoValue is, and `warn` is told the place and why.
    """

    def __init__(
        self, document: Mapping[str, Any], lookup: Lookup, region: str, warn: Callable[[str], None]
    ) -> None:
        self._mappings: Any = document.get("Mappings") or {}
        self._declared_conditions: Any = document.get("Conditions") or {}
        self._lookup = lookup
        self._warn = warn
        self._conditions: dict[str, bool | None] = {}
        self._functions: dict[str, Callable[[Value, str], Value]] = {
            "Ref": self._ref,
            "Condition": lambda name, where: self.holds(_condition_name(name), where),
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::Equals": self._equals,
            "Fn::And": lambda items, where: all(self._truths(items, where)),
            "Fn::Or": lambda items, where: any(self._truths(items, where)),
            "Fn::Not": lambda items, where: not next(iter(self._truths(items, where))),
            "Fn::Base64": lambda text, where: _base64(self.text(text, where)),
            "Fn::Cidr": self._cidr,
            "Fn::GetAZs": lambda _value, _where: [f"{region}{zone}" for zone in "abc"],
            "Fn::ImportValue": self._import_value,
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
        if resolved is None or isinstance(resolved, str | int | float):
            return "" if resolved is None else str(resolved)
        raise ValueError(f"expected a string, got {json.dumps(resolved, default=str)}")

    def holds(self, condition: str, where: str) -> bool:
        """Return whether a condition is true; one that is not declared is not, with a warning.

        Raises TemplateError.
        """
        if condition not in self._declared_conditions:
            self._warn(f"{where}: condition {condition} is not declared, so it does not hold")
            return False
        if self._conditions.get(condition, False) is None:
            raise TemplateError(f"Conditions.{condition}: depends on itself")
        if condition not in self._conditions:
            self._conditions[condition] = None
            place = f"Conditions.{condition}"
            try:
                (truth,) = self._truths([self._declared_conditions[condition]], place)
            except ValueError as error:
                raise TemplateError(f"{place}: {error}") from error
            self._conditions[condition] = truth
        return bool(self._conditions[condition])

    def _resolve(self, value: Value, where: str) -> Value:
        if isinstance(value, dict):
            return self._resolve_map(value, where)
        if isinstance(value, list):
            items = (self._resolve(item, f"{where}[{index}]") for index, item in enumerate(value))
            return [item for item in items if item is not _NO_VALUE]
        return self._looked_up(value, where) if isinstance(value, str) else value

    def _looked_up(self, text: str, where: str) -> str:
        """The text with the values of SSM and Secrets Manager that the template itself holds."""

        def replace(reference: re.Match[str]) -> str:
            value = self._lookup.dynamic(reference)
            if value is None:
                table = "secrets" if reference["service"] == "secretsmanager" else "ssm"
                self._warn(
                    f"{where}: {reference[0]} is not known here, the text stays as it is; "
                    f"give its value under [{table}] in local.toml"
                )
            return reference[0] if value is None else value

        return REFERENCE.sub(replace, text)

    def _resolve_map(self, value: dict[str, Any], where: str) -> Value:
        if len(value) == 1:
            (name, argument), *_ = value.items()
            # Policies have a Condition too, which is a map.
            if name in self._functions and not _is_policy(name, argument):
                return self._call(name, argument, where)
            if isinstance(name, str) and name.startswith("Fn::"):
                self._warn(f"{where}: {name} cannot be resolved on this machine, left out")
                return _NO_VALUE
        items = {key: self._resolve(item, f"{where}.{key}") for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not _NO_VALUE}

    def _call(self, name: str, argument: Value, where: str) -> Value:
        try:
            value = self._functions[name](argument, where)
            return self._looked_up(value, where) if isinstance(value, str) else value
        except _MALFORMED as error:
            shown = json.dumps(argument, default=str)
            reason = f" ({error})" if type(error) is ValueError else ""
            self._warn(f"{where}: {name} does not take {shown}{reason}, left out")
            return _NO_VALUE

    def _ref(self, name: Value, where: str) -> Value:
        resolved = name if isinstance(name, str) else self.text(name, where)
        return _NO_VALUE if resolved == "AWS::NoValue" else self._lookup.ref(resolved, where)

    def _get_att(self, argument: Value, where: str) -> Value:
        if isinstance(argument, str):
            name, _, attribute = argument.partition(".")
        else:
            name, *parts = (self.text(part, where) for part in argument)
            attribute = ".".join(parts)
        return self._lookup.attribute(name, attribute, where)

    def _sub(self, argument: Value, where: str) -> str:
        template, variables = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in variables:
                return self.text(variables[name], where)
            kind = "Fn::GetAtt" if "." in name else "Ref"
            return self.text({kind: name}, where)

        return _PLACEHOLDER.sub(replace, template).replace("${!", "${")

    def _join(self, argument: Value, where: str) -> str:
        delimiter, items = argument
        resolved = self.resolve(items, where)
        items = [resolved] if isinstance(resolved, str) else resolved
        return str(delimiter).join(self.text(item, where) for item in items)

    def _split(self, argument: Value, where: str) -> list[str]:
        delimiter, text = argument
        return self.text(text, where).split(self.text(delimiter, where))

    def _select(self, argument: Value, where: str) -> Value:
        position, listed = argument
        index, items = int(self.text(position, where)), self.resolve(listed, where)
        if isinstance(items, list) and not 0 <= index < len(items):
            count = f"{len(items)} item{'' if len(items) == 1 else 's'}"
            raise ValueError(f"its list has {count}, counted from 0")
        return items[index]

    def _find_in_map(self, argument: Value, where: str) -> Value:
        keys = [self.text(key, where) for key in argument[:3]]
        value = self._mappings
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                if len(argument) > len(keys):
                    return self._resolve(argument[3]["DefaultValue"], where)
                raise ValueError(f"no {'.'.join(keys)} in Mappings")
            value = value[key]
        return self._resolve(value, where)

    def _if(self, argument: Value, where: str) -> Value:
        condition, yes, no = argument
        return self._resolve(yes if self.holds(condition, where) else no, where)

    def _equals(self, argument: Value, where: str) -> bool:
        left, right = (self.resolve(side, where) for side in argument)
        if isinstance(left, list | dict) or isinstance(right, list | dict):
            return bool(left == right)
        return self.text(left, where) == self.text(right, where)

    def _cidr(self, argument: Value, where: str) -> list[str]:
        block, count, *bits = (self.text(part, where) for part in argument)
        network = ipaddress.ip_network(block, strict=False)
        subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits[0] if bits else 8))
        return [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]

    def _import_value(self, argument: Value, where: str) -> str:
        name = self.text(argument, where)
        value = self._lookup.imported(name)
        if value is None:
            self._warn(
                f"{where}: Fn::ImportValue {name} is another stack's, so it is {name!r} here; give "
                "its value under [exports] in local.toml"
            )
        return name if value is None else value

    def _truths(self, items: Iterable[Value], where: str) -> Iterable[bool]:
        for item in items:
            resolved = self.resolve(item, where)
            if not isinstance(resolved, bool):
                raise ValueError(f"{json.dumps(item, default=str)} is not a condition")
            yield resolved


def _is_policy(name: str, argument: Value) -> bool:
    return name == "Condition" and not isinstance(_condition_name(argument), str)


def _condition_name(argument: Value) -> Value:
    """SAM wraps conditions that it combines once more."""
    wrapped = isinstance(argument, dict) and [*argument] == ["Condition"]
    return argument["Condition"] if wrapped else argument


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
