"""Event buses of other stacks: a rule that names one would have nothing to listen at here."""

from collections.abc import Callable, Collection, Mapping

from samulator.template.model import Resource

_RULE, _BUS = "AWS::Events::Rule", "AWS::Events::EventBus"
# Those of partners carry what only the partners send.
_PARTNERS = "aws.partner/"


def with_foreign_buses(
    resources: Mapping[str, Resource], unanswered: Collection[str], warn: Callable[[str], None]
) -> dict[str, Resource]:
    """Return the resources, and before them a bus for each that rules name and nothing declares.

    `unanswered` are custom resources: what these name a bus is not known yet. `warn` is told.
    """
    there = {"default", *(each.name for each in resources.values() if each.type == _BUS)}
    made: dict[str, Resource] = {}
    for resource in resources.values():
        named = resource.properties.get("EventBusName")
        if resource.type != _RULE or not isinstance(named, str) or named.startswith(_PARTNERS):
            continue
        # As EventBridge reads it, a name or an ARN.
        name = named.rsplit("/", 1)[-1]
        if not name or name in there or not set(resource.depends_on).isdisjoint(unanswered):
            continue
        bus = f"{name} (of another stack)"
        if bus not in made:
            made[bus] = Resource(bus, _BUS, name, {"Name": name})
        warn(
            f"{resource.place}.EventBusName: no event bus {named!r} is declared here, so an empty "
            "one is made, and the rule gets what is put on it by this name"
        )
    return made | dict(resources)
