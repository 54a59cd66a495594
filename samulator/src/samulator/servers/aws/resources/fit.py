"""Values of a template, made to fit what an operation takes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from samulator.servers.aws.resources.text import text_of
from samulator.template.model import Value

_NUMBERS: Mapping[str, Callable[[Any], object]] = {
    "double": float,
    "float": float,
    "integer": int,
    "long": int,
}


def fit(value: Value, shape: Shape) -> Value:
    """The value as `shape` of botocore's model wants it.

    CloudFormation has text where an API has numbers and booleans, documents where it has JSON,
    and lists of tags where it has maps; what an operation has no member for is left out. Raises
    ValueError for text that is no number.
    """
    if isinstance(shape, StructureShape):
        return _structure(value, shape)
    if isinstance(shape, ListShape):
        return [fit(each, shape.member) for each in _listed(value)]
    if isinstance(shape, MapShape):
        return {str(key): fit(each, shape.value) for key, each in _mapped(value).items()}
    if shape.type_name == "boolean":
        return value is True or str(value).lower() == "true"
    if shape.type_name in _NUMBERS:
        return _NUMBERS[shape.type_name](value)
    if shape.type_name == "string":
        return text_of(value)
    return value


def _structure(value: Value, shape: StructureShape) -> dict[str, Any]:
    """Members by their names, of which some APIs write the first letter small."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no {shape.name}")
    given = {str(key).lower(): each for key, each in value.items() if each is not None}
    if "TagKey" in shape.members:
        given = {f"tag{key.removeprefix('tag')}": each for key, each in given.items()}
    return {
        name: fit(given[name.lower()], member)
        for name, member in shape.members.items()
        if name.lower() in given
    }


def _listed(value: Value) -> Sequence[Any]:
    """A list; a map is taken for tags, and one value for a list of it, as CloudFormation does."""
    if isinstance(value, Mapping):
        return [{"Key": key, "Value": each} for key, each in value.items()]
    return value if isinstance(value, list | tuple) else [value]


def _mapped(value: Value) -> Mapping[str, Any]:
    """A map; a list is taken for tags."""
    if isinstance(value, Mapping):
        return value
    return {each["Key"]: each["Value"] for each in value}
