"""Properties that a resource has by a slip: nothing reads them, here or on AWS."""

from collections.abc import Iterator, Mapping

from samulator.template.model import Resource
from samulator.template.nearest import suggestion
from samulator.template.property_names import PROPERTY_NAMES

# An intrinsic that stands for properties.
_INTRINSIC = "Fn::"


def unknown_properties(resources: Mapping[str, Resource]) -> Iterator[str]:
    """Yield a line for each property that its type does not have, with the one that was meant.

    Of types whose properties are not listed none is doubted.
    """
    for resource in resources.values():
        known = PROPERTY_NAMES.get(resource.type)
        if known is None:
            continue
        for name in resource.properties:
            if name not in known and not name.startswith(_INTRINSIC):
                meant = suggestion(name, known)
                yield f"{resource.place}: no property {name} of {resource.type} is known{meant}"
