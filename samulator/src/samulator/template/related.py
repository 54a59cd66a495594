"""Finds resources by what other resources refer to them by."""

from collections.abc import Iterator, Mapping

from samulator.template.model import Resource, Value


class Related:
    """The resources of a template by their type, and by the references of others."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self._resources = resources

    def of_type(self, kind: str) -> list[Resource]:
        """Return all of a type, in the template's order."""
        return [each for each in self._resources.values() if each.type == kind]

    def find(self, kind: str, reference: Value) -> Resource | None:
        """Return the one that a property means: a Ref is a physical name or a logical id."""
        return next((each for each in self.of_type(kind) if is_meant(each, reference)), None)

    def referring(self, kind: str, key: str, logical_id: str) -> Iterator[Resource]:
        """Yield those whose property `key` refers to the resource of this logical id."""
        return self.belonging(kind, key, self._resources[logical_id])

    def belonging(self, kind: str, key: str, owner: Resource) -> Iterator[Resource]:
        """Yield those whose property `key` refers to `owner`."""
        for each in self.of_type(kind):
            if is_meant(owner, each.properties.get(key)):
                yield each


def is_meant(resource: Resource, reference: Value) -> bool:
    """Whether a resolved Ref is one to this resource."""
    return isinstance(reference, str) and reference in (resource.logical_id, resource.name)
