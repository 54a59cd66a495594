"""The order in which the resources of a template can be made."""

from collections.abc import Callable, Mapping

from samulator.template.model import Resource


def in_order_of_dependencies(
    resources: Mapping[str, Resource], warn: Callable[[str], None]
) -> dict[str, Resource]:
    """Sort as CloudFormation creates them; among equals in the template's order.

    `warn` is told of resources that depend on each other, which come in some order.
    """
    ordered: dict[str, Resource] = {}
    entered: set[str] = set()

    def add(logical_id: str, way: tuple[str, ...]) -> None:
        if logical_id in ordered:
            return
        if logical_id in entered:
            warn(f"{' -> '.join((*way, logical_id))}: depend on each other, AWS refuses this")
            return
        entered.add(logical_id)
        for other in resources[logical_id].depends_on:
            add(other, (*way, logical_id))
        ordered[logical_id] = resources[logical_id]

    for logical_id in resources:
        add(logical_id, ())
    return ordered
