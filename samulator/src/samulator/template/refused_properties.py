"""Slips in the names of properties, which AWS refuses and which nothing here reads."""

import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from samulator.template.model import Resource

_TABLE = Path(__file__).with_name("property_names.toml")
_ALIKE = 0.8


def refused_property(resource: Resource) -> Iterator[str]:
    """Yield each property whose name is a slip away from one that the type has.

    AWS gets new properties: one that resembles none of them may be one of these.
    """
    known = _known().get(resource.type, ())
    for name in resource.properties if known else ():
        near = [] if name in known else get_close_matches(name, known, 1, _ALIKE)
        # A property that stands there itself is not what another means.
        if near and near[0] not in resource.properties:
            yield f"{name} ({resource.type} has no such property; did you mean {near[0]}?)"


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """The names of the properties of each type that is listed."""
    types = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {kind: tuple(names.split()) for kind, names in types.items()}
