"""Physical names of resources and what Ref and GetAtt give for them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from samulator.template.attributes import (
    ATTRIBUTES,
    ELSEWHERE,
    FIFO_PROPERTIES,
    NAME_PROPERTIES,
    REFS,
)
from samulator.template.custom_resources import answer_to_come
from samulator.template.dynamic_references import DynamicReferences
from samulator.template.intrinsics import Intrinsics
from samulator.template.model import Value
from samulator.template.model_custom_resource import Answers
from samulator.template.model_resource import is_custom
from samulator.template.names import ACCOUNT, STACK, function_arn, made_up_hash, stack_arn
from samulator.template.nearest import suggestion
from samulator.template.reference import InvalidReference, parse_reference
from samulator.template.stored_values import StoredValues

_FUNCTION = "AWS::Lambda::Function"
# Of what runs here; an image has none.
_RUNTIMES = ("", "python")
_VERSION, _ALIAS = "AWS::Lambda::Version", "AWS::Lambda::Alias"
_OUTPUTS = "Outputs."


@dataclass(frozen=True)
class Scope:
    """Where a template is deployed.

    `aws_url` is where AWS's services answer, `way` are the stacks that the template is nested in,
    `output` returns an output of a stack nested in it or raises KeyError. `warn` is told what
    cannot be known here, a line each. `answers` are those of custom resources, None before any is
    made; `stored` is what other stacks keep, as far as it is known.
    """

    region: str
    aws_url: str
    warn: Callable[[str], None]
    way: tuple[str, ...] = ()
    output: Callable[[str, str], Value] | None = None
    answers: Answers | None = None
    stored: StoredValues = field(default_factory=StoredValues)


class Identities:
    """The Lookup of a translated template: its parameters, pseudo parameters and resources.

    `referred` holds the logical ids that were looked up since it was last emptied.
    """

    def __init__(
        self, document: Mapping[str, Any], parameters: Mapping[str, Value], scope: Scope
    ) -> None:
        self._resources: Mapping[str, Any] = document["Resources"]
        self._region = region = scope.region
        self._url = scope.aws_url.rstrip("/")
        self._warn = scope.warn
        self._way = scope.way
        self._output = scope.output
        self._answers = scope.answers
        self._exports = scope.stored.exports
        stack = "-".join((STACK, *scope.way))
        self._values: Mapping[str, Any] = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws",
            "AWS::Region": region,
            "AWS::StackId": stack_arn(region, *scope.way),
            "AWS::StackName": stack,
            "AWS::URLSuffix": "amazonaws.com",
            **parameters,
        }
        self._names: dict[str, str] = {}
        self.referred: set[str] = set()
        self._dynamic = DynamicReferences(self._called, self._read, scope.stored)
        self.intrinsics = Intrinsics(document, self, region, scope.warn)

    def ref(self, name: str, where: str) -> Value:
        """Return Ref; of what is not there its name, as `sam local` does, with a warning."""
        if name in self._values:
            return self._values[name]
        if not self._is_there(name, where):
            return name
        self.referred.add(name)
        kind = self._resources[name]["Type"]
        if kind in (_VERSION, _ALIAS):
            return self._published_arn(name)
        if (answer := (self._answers or {}).get(self._full(name))) is not None:
            return answer.physical_id
        return self._filled(
            REFS.get(kind) or ("{name}" if kind in NAME_PROPERTIES else "{id}"), name
        )

    def attribute(self, name: str, attribute: str, where: str) -> Value:
        """Return GetAtt: from the table of its type, a property of that name or by convention."""
        if not self._is_there(name, where):
            return f"{name}.{attribute}"
        self.referred.add(name)
        kind = self._resources[name]["Type"]
        if kind in (_VERSION, _ALIAS):
            published = {"Version": self.name(name)}
            return published.get(attribute, self._published_arn(name))
        if is_custom(kind):
            return self._answered(name, attribute, where)
        text = ATTRIBUTES.get(kind, {}).get(attribute)
        if text is not None:
            return self._filled(text, name)
        if attribute.startswith(_OUTPUTS) and self._output is not None:
            try:
                return self._output(name, attribute.removeprefix(_OUTPUTS))
            except KeyError:
                return self._by_convention(name, kind, attribute, where)
        properties = self._resources[name].get("Properties") or {}
        if attribute in properties:
            return self.intrinsics.resolve(properties[attribute], f"{name}.{attribute}")
        return self._by_convention(name, kind, attribute, where)

    def dynamic(self, reference: re.Match[str]) -> str | None:
        """Return the value of a parameter or a secret that the template or local.toml holds."""
        return self._dynamic.find(reference)

    def imported(self, name: str) -> str | None:
        """Return the value of another stack's export, None where it is not known."""
        return self._exports.get(name)

    def exists(self, logical_id: str) -> bool:
        """Return whether the resource is declared and its Condition, if any, holds."""
        resource = self._resources.get(logical_id)
        if resource is None:
            return False
        condition = resource.get("Condition")
        return condition is None or self.intrinsics.holds(condition, f"Resources.{logical_id}")

    def name(self, logical_id: str) -> str:
        """Return the physical name: the one the template sets or one made of the logical id.

        A version's is its number.
        """
        if logical_id not in self._names:
            # A name made of itself ends here.
            self._names[logical_id] = logical_id
            is_version = self._resources[logical_id]["Type"] == _VERSION
            named = self._version(logical_id) if is_version else self._name(logical_id)
            self._names[logical_id] = named
        return self._names[logical_id]

    def _name(self, logical_id: str) -> str:
        resource = self._resources[logical_id]
        kind, properties = resource["Type"], resource.get("Properties") or {}
        key = NAME_PROPERTIES.get(kind)
        if key and (declared := self._property(logical_id, key)):
            return declared
        made = self._full(logical_id)
        if kind == "AWS::S3::Bucket":
            return made.lower()
        is_fifo = str(properties.get(FIFO_PROPERTIES.get(kind, ""), "")).lower() == "true"
        return f"{made}.fifo" if is_fifo else made

    def _full(self, logical_id: str) -> str:
        return "-".join((*self._way, logical_id))

    def _called(self, kind: str) -> Iterator[tuple[str, str]]:
        """The logical ids of a type by their names and by what Ref gives."""
        for logical_id, resource in self._resources.items():
            if resource["Type"] == kind and self.exists(logical_id):
                yield self.name(logical_id), logical_id
                yield self._filled(REFS.get(kind, "{name}"), logical_id), logical_id

    def _read(self, logical_id: str, key: str) -> Value:
        properties = self._resources[logical_id].get("Properties") or {}
        self.referred.add(logical_id)
        return self.intrinsics.resolve(properties.get(key), f"{logical_id}.{key}")

    def _answered(self, name: str, attribute: str, where: str) -> Value:
        """Return what the function of a custom resource answered; until it did, a name."""
        answer = (self._answers or {}).get(self._full(name))
        if answer is not None and attribute in answer.data:
            return answer.data[attribute]
        value = answer_to_come(self.name(name), attribute)
        if answer is not None:
            there = ", ".join(answer.data) or "nothing"
            self._warn(f"{where}: {name} answered {there} and no {attribute}, here it is {value!r}")
        elif self._answers is not None or not self._has_maker(name):
            self._warn(f"{where}: {name} is not made here, so {attribute} of it is {value!r}")
        return value

    def _has_maker(self, custom: str) -> bool:
        """Whether a function may make a custom resource at the start."""
        token = self._function_of(custom, "ServiceToken")
        if self._way and self._property(custom, "ServiceToken").startswith("arn:aws:lambda:"):
            # One of the stack that this one is nested in, most likely.
            return True
        return any(
            resource["Type"] == _FUNCTION
            and function_arn(self._region, self.name(name)) == token
            and self._property(name, "Runtime").partition("3.")[0] in _RUNTIMES
            for name, resource in self._resources.items()
        )

    def _is_there(self, name: str, where: str) -> bool:
        if self.exists(name):
            return True
        declared = name in self._resources
        reason = "is left out by its Condition" if declared else "is not declared"
        self._warn(f"{where}: {name} {reason}, so its name is used")
        return False

    def _filled(self, text: str, logical_id: str) -> str:
        full = self._full(logical_id)
        lower = re.sub(r"[^a-z0-9]", "", full.lower())
        bus = self._property(logical_id, "EventBusName")
        parts: dict[str, Callable[[], str]] = {
            "function": lambda: self._function_of(logical_id, "TargetFunctionArn"),
            "bus": lambda: f"{bus}/" if bus not in ("", "default") else "",
            "group": lambda: self._property(logical_id, "GroupName") or "default",
            "secret": lambda: self._property(logical_id, "SecretId"),
            "stack": lambda: stack_arn(self._region, *self._way, logical_id),
            "scheme": lambda: "wss" if self._is_web_socket(logical_id) else "https",
        }
        special = {key: make() for key, make in parts.items() if f"{{{key}}}" in text}
        return text.format(
            name=self.name(logical_id),
            id=full,
            lower=lower,
            hash=made_up_hash(full),
            region=self._region,
            account=ACCOUNT,
            url=self._url,
            **special,
        )

    def _by_convention(self, name: str, kind: str, attribute: str, where: str) -> str:
        if kind not in ATTRIBUTES:
            if attribute.endswith("Arn") and kind.count("::") == 2:
                _, service, thing = kind.lower().split("::")
                return f"arn:aws:{service}:{self._region}:{ACCOUNT}:{thing}/{self.name(name)}"
            if attribute.endswith(("Id", "Name")):
                return self.name(name)
        elsewhere = ELSEWHERE.get(kind, {})
        asked, is_shaped = f"{name}.{attribute} ({kind})", attribute in elsewhere
        value = f"{self.name(name)}.{attribute}"
        if is_shaped:
            value = self._filled(elsewhere[attribute], name)
        known = [*ATTRIBUTES.get(kind, {}), *elsewhere]
        if is_shaped or not known:
            self._warn(f"{where}: {asked} exists on AWS only, here it is {value!r}")
        else:
            hint = suggestion(attribute, known) or f"; known of it: {', '.join(known)}"
            self._warn(f"{where}: {asked} is not known here, so it is {value!r}{hint}")
        return value

    def _is_web_socket(self, logical_id: str) -> bool:
        return self._property(logical_id, "ProtocolType").upper() == "WEBSOCKET"

    def _property(self, logical_id: str, key: str) -> str:
        """The text of a property, empty where it is none; what it names is not referred to."""
        value: Value = self._resources[logical_id].get("Properties") or {}
        before = set(self.referred)
        for level in key.split("."):
            within = value.get(level) if isinstance(value, dict) else None
            value = self.intrinsics.resolve(within, f"{logical_id}.{key}")
        self.referred = before
        return str(value) if isinstance(value, str | int | float) else ""

    def _function_of(self, logical_id: str, key: str = "FunctionName") -> str:
        """The ARN of the function that a resource names."""
        text = self._property(logical_id, key)
        try:
            return function_arn(self._region, parse_reference(text).name)
        except InvalidReference:
            return function_arn(self._region, text)

    def _published_arn(self, logical_id: str) -> str:
        return f"{self._function_of(logical_id)}:{self.name(logical_id)}"

    def _version(self, logical_id: str) -> str:
        """The number of a version, counted as a stack that was just created does."""
        function = self._function_of(logical_id)
        same = [
            other
            for other, resource in self._resources.items()
            if resource["Type"] == _VERSION and self._function_of(other) == function
        ]
        return str(same.index(logical_id) + 1)
