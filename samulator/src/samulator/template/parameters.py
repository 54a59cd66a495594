"""Values of a template's parameters: given, by default, or made up by their type."""

from collections.abc import Callable, Mapping
from typing import Any

from samulator.template.model import TemplateError, Value
from samulator.template.nearest import suggestion
from samulator.template.parameter_constraints import allowed_texts, broken_constraint, text_of
from samulator.template.parameter_uses import numbers_wanted

_LISTS = ("CommaDelimitedList", "List<")
_LOOKED_UP = "AWS::SSM::Parameter::Value<"
# What AWS's own parameter types look like, by the words that their names end with.
_EXAMPLES = {
    "AWS::EC2::AvailabilityZone::Name": "us-east-1a",
    "AWS::EC2::Image::Id": "ami-00000000000000000",
    "AWS::EC2::Instance::Id": "i-00000000000000000",
    "AWS::EC2::SecurityGroup::Id": "sg-00000000000000000",
    "AWS::EC2::Subnet::Id": "subnet-00000000000000000",
    "AWS::EC2::Volume::Id": "vol-00000000000000000",
    "AWS::EC2::VPC::Id": "vpc-00000000000000000",
    "AWS::Route53::HostedZone::Id": "Z00000000000000000000",
}


def parameter_texts(
    document: Mapping[str, Any],
    given: Mapping[str, str],
    warn: Callable[[str], None],
    sources: Mapping[str, str] | None = None,
    stored: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the text of each parameter as a deployment would give it.

    What has neither value nor default gets one by its type and its use, and `warn` is told, as it
    is of a value that CloudFormation would not take and that `sources` has a place for by the
    parameter's name: nobody has just typed it, and `sam local` takes every value. `stored` is what
    SSM has for those that AWS looks up there.
    Raises TemplateError at such a value from elsewhere.
    """
    declared = _section(document)
    _check(given, declared, warn, sources or {})
    values, numbers, looked_up = {}, numbers_wanted(document), stored or {}
    for name, definition in declared.items():
        if name in given:
            values[name] = given[name]
        elif "Default" in definition:
            values[name] = text_of(definition["Default"])
            if _kind(definition).startswith(_LOOKED_UP) and values[name] not in looked_up:
                warn(
                    f"Parameters.{name}: AWS looks {values[name]} up in SSM, here it is that name; "
                    f"give the value by --parameter-overrides {name}=VALUE"
                )
        else:
            values[name] = _made_up(name, definition, numbers.get(name))
            warn(
                f"Parameters.{name}: has no default, so it is {values[name]!r} here; "
                f"give it by --parameter-overrides {name}=VALUE"
            )
        if _kind(definition).startswith(_LOOKED_UP):
            values[name] = looked_up.get(values[name], values[name])
    return values


def _check(
    given: Mapping[str, str],
    declared: Mapping[str, Mapping[str, Any]],
    warn: Callable[[str], None],
    sources: Mapping[str, str],
) -> None:
    for name, value in given.items():
        if name not in declared:
            where = f" of {sources[name]}" if name in sources else ""
            meant = suggestion(name, declared)
            warn(f"Parameters.{name}: not declared, so {value!r}{where} has no effect{meant}")
        elif broken := broken_constraint(declared[name], value):
            if name not in sources:
                raise TemplateError(f"Parameters.{name}: {value!r} {broken}")
            where = f"{value!r} of {sources[name]}"
            warn(f"Parameters.{name}: {where} {broken}; a deployment refuses it")


def parameter_values(document: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Value]:
    """Return what Ref gives for each parameter: text, or a list of texts for lists."""
    declared = _section(document)
    return {name: _typed(declared[name], text) for name, text in texts.items()}


def _section(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    declared = document.get("Parameters") or {}
    return {name: definition or {} for name, definition in declared.items()}


def _made_up(name: str, definition: Mapping[str, Any], number: str | None) -> str:
    kind = _kind(definition)
    allowed = allowed_texts(definition)
    if allowed:
        return allowed[0]
    if kind == "Number":
        return text_of(definition.get("MinValue", number or 0))
    if number is not None:
        return number
    inner = kind.removeprefix(_LOOKED_UP).removeprefix("List<").rstrip(">")
    # In lower case, for it may be the name of a bucket.
    return _EXAMPLES.get(inner, name.lower())


def _typed(definition: Mapping[str, Any], text: str) -> Value:
    if _kind(definition).removeprefix(_LOOKED_UP).startswith(_LISTS):
        return [item.strip() for item in text.split(",")]
    return text


def _kind(definition: Mapping[str, Any]) -> str:
    return str(definition.get("Type", "String"))
