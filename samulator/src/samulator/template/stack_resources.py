"""The resources of a translated template, resolved, each after those that it depends on."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from samulator.template.definitions import UnreadableDefinition, with_definition
from samulator.template.document import parse_document
from samulator.template.identities import Identities
from samulator.template.intrinsics import Intrinsics
from samulator.template.language_extensions import Expansion
from samulator.template.model import Resource, Value
from samulator.template.parameters import parameter_texts, parameter_values
from samulator.template.translation import translate


def read_resources(
    template: Path,
    *,
    parameters: Mapping[str, str],
    region: str,
    aws_url: str,
    warn: Callable[[str], None],
) -> dict[str, Resource]:
    """Return every resource of `template` that exists, as CloudFormation would get it.

    Raises TemplateError where a deployment would be refused; `warn` is told what only AWS knows.
    """
    document = parse_document(template)
    texts = parameter_texts(document, parameters, warn)
    values = parameter_values(document, texts)
    loops = Identities(
        {**document, "Resources": {}}, values, region=region, aws_url=aws_url, warn=warn
    )
    expanded = Expansion(loops.intrinsics, template.parent).expand(document)
    translated = translate(expanded, texts, region)
    identities = Identities(translated, values, region=region, aws_url=aws_url, warn=warn)
    stack = _Stack(translated, identities, template.parent, warn)
    return _in_order(stack.resolved(), warn)


class _Stack:
    """Resolves the resources of one translated document."""

    def __init__(
        self,
        document: Mapping[str, Any],
        identities: Identities,
        folder: Path,
        warn: Callable[[str], None],
    ) -> None:
        self._resources: Mapping[str, Any] = document["Resources"]
        self._identities = identities
        self._intrinsics: Intrinsics = identities.intrinsics
        self._folder = folder
        self._warn = warn

    def resolved(self) -> dict[str, Resource]:
        return {
            logical_id: self._resource(logical_id, resource)
            for logical_id, resource in self._resources.items()
            if self._identities.exists(logical_id)
        }

    def _resource(self, logical_id: str, resource: Mapping[str, Any]) -> Resource:
        self._identities.referred.clear()
        properties = self._properties(logical_id, resource)
        declared = resource.get("DependsOn") or []
        referred = self._identities.referred | set(_texts(declared))
        return Resource(
            logical_id=logical_id,
            type=resource["Type"],
            name=self._identities.name(logical_id),
            properties=properties,
            depends_on=tuple(
                other
                for other in self._resources
                if other in referred and other != logical_id and self._identities.exists(other)
            ),
            metadata=self._intrinsics.resolve(resource.get("Metadata") or {}, logical_id),
            origin=resource.get("Origin"),
            physical_id=str(self._identities.ref(logical_id, logical_id)),
        )

    def _properties(self, logical_id: str, resource: Mapping[str, Any]) -> Mapping[str, Any]:
        resolved = self._intrinsics.resolve(resource.get("Properties") or {}, logical_id)
        properties = resolved if isinstance(resolved, dict) else {}
        try:
            return with_definition(
                resource["Type"], properties, self._folder, self._intrinsics, logical_id
            )
        except UnreadableDefinition as error:
            self._warn(f"{logical_id}: its definition cannot be read: {error}")
            return properties


def _texts(value: Value) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def _in_order(
    resources: Mapping[str, Resource], warn: Callable[[str], None]
) -> dict[str, Resource]:
    """Sort as CloudFormation creates them; among equals in the template's order."""
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
