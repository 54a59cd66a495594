"""Slips in the names of properties, which AWS refuses and which nothing here reads."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from samulator.template.model import Resource
from samulator.template.nearest import CLOSELY_ALIKE, nearest

_TABLE = Path(__file__).with_name("property_names.toml")


def refused_property(resource: Resource) -> Iterator[str]:
    """Yield each property whose name is a slip away from one that the type has.

    AWS gets new properties: one that resembles none of them may be one of these.
    """
    known = _known().get(resource.type, ())
    for name in resource.properties if known else ():
        near = None if name in known else nearest(name, known, CLOSELY_ALIKE)
        # A property that stands there itself is not what another means.
        if near is not None and near not in resource.properties:
            yield f"{name} ({resource.type} has no such property; did you mean {near}?)"


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """The names of the properties of each type that is listed."""
    types = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {kind: tuple(names.split()) for kind, names in types.items()}
