"""The resources of a translated template, with every intrinsic resolved."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from samulator.template.definitions import UnreadableDefinition, with_definition
from samulator.template.environment_overrides import with_environment
from samulator.template.identities import Identities, Scope
from samulator.template.model import Resource, TemplateError, Value
from samulator.template.model_custom_resource import Answers
from samulator.template.translated import TranslatedTemplate, open_template

_STACK = "AWS::CloudFormation::Stack"
# Where functions and layers have local paths, in their properties and their metadata.
_PATHS = ("Code", "Content", "DockerContext")


@dataclass(frozen=True)
class Surroundings:
    """What the template itself does not say.

    `environment` replaces variables that a function declares, `aws_url` is where AWS's services
    answer. `warn` is told the logical id and the line of what only AWS knows. `idle` gets the
    nested stacks that cannot be read, by their logical ids, and why. `answers` are those of custom
    resources, None before any is made.
    """

    environment: Mapping[str, str]
    aws_url: str
    warn: Callable[[str, str], None]
    idle: dict[str, str] = field(default_factory=dict)
    answers: Answers | None = None


class Resolution:
    """Resolves one template and the local ones that are nested in it.

    A nested template's resources are known by the logical id of its stack, a hyphen and their
    own, as their physical names begin on AWS.
    """

    def __init__(
        self,
        template: TranslatedTemplate,
        surroundings: Surroundings,
        *,
        way: tuple[str, ...] = (),
        outer: tuple[Path, ...] = (),
        asker: Callable[[str], None] | None = None,
    ) -> None:
        document = with_environment(template.document, surroundings.environment)
        self._template = template
        self._surroundings = surroundings
        self._way = way
        self._outer = (*outer, template.path)
        self._resources: Mapping[str, Any] = document["Resources"]
        self._outputs = document.get("Outputs") or {}
        self._asker = asker
        self._current: str | None = None
        self._children: dict[str, Resolution | None] = {}
        url, answers = surroundings.aws_url, surroundings.answers
        scope = Scope(
            template.region, url, self._note, way, self._output_of, answers, template.stored
        )
        self._identities = Identities(document, template.parameters, scope)

    def resources(self) -> dict[str, Resource]:
        """Return every resource that exists, in the template's order. Raises TemplateError."""
        found = {}
        for logical_id, declared in self._resources.items():
            if not self._identities.exists(logical_id):
                continue
            resource = self._resource(logical_id, declared)
            nested = self._nested_resources(logical_id, resource)
            inner = (*resource.depends_on, *(each.logical_id for each in nested))
            found[resource.logical_id] = replace(resource, depends_on=inner)
            found |= {each.logical_id: each for each in nested}
        return found

    def output(self, name: str) -> Value:
        """Return the value of an output. Raises KeyError."""
        before, self._current = self._current, None
        value = self._identities.intrinsics.resolve(self._outputs[name]["Value"], f"Outputs.{name}")
        self._current = before
        return value

    def _resource(self, logical_id: str, declared: Mapping[str, Any]) -> Resource:
        self._current = logical_id
        self._identities.referred.clear()
        properties = self._properties(logical_id, declared)
        metadata = self._identities.intrinsics.resolve(declared.get("Metadata"), logical_id)
        referred = self._identities.referred | set(_texts(declared.get("DependsOn")))
        origin = declared.get("Origin")
        return Resource(
            logical_id=self._id(logical_id),
            type=declared["Type"],
            name=self._identities.name(logical_id),
            properties=self._with_paths(properties),
            depends_on=tuple(
                self._id(other)
                for other in self._resources
                if other in referred and other != logical_id and self._identities.exists(other)
            ),
            metadata=self._with_paths(metadata if isinstance(metadata, dict) else {}),
            origin=None if origin is None else self._id(origin),
            physical_id=str(self._identities.ref(logical_id, logical_id)),
        )

    def _properties(self, logical_id: str, declared: Mapping[str, Any]) -> Mapping[str, Any]:
        intrinsics = self._identities.intrinsics
        resolved = intrinsics.resolve(declared.get("Properties") or {}, logical_id)
        properties = resolved if isinstance(resolved, dict) else {}
        folder = self._template.path.parent
        try:
            return with_definition(declared["Type"], properties, folder, intrinsics, logical_id)
        except UnreadableDefinition as error:
            self._note(f"{logical_id}: its definition cannot be read: {error}")
            return properties

    def _with_paths(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Paths of a nested template are relative to its own folder."""
        if not self._way:
            return values
        folder = self._template.path.parent
        return {
            key: str(folder / value) if key in _PATHS and _is_local(value) else value
            for key, value in values.items()
        }

    def _nested_resources(self, logical_id: str, stack: Resource) -> list[Resource]:
        child = self._child(logical_id, stack.properties) if stack.type == _STACK else None
        if child is None:
            return []
        return [
            replace(each, depends_on=(*stack.depends_on, *each.depends_on))
            for each in child.resources().values()
        ]

    def _output_of(self, stack: str, name: str) -> Value:
        """An output of a nested stack. Raises KeyError where there is none."""
        properties = self._resources[stack].get("Properties") or {}
        intrinsics = self._identities.intrinsics
        before = set(self._identities.referred)
        child = self._child(stack, intrinsics.resolve(properties, stack))
        self._identities.referred = before
        if child is None:
            raise KeyError(name)
        return child.output(name)

    def _child(self, logical_id: str, properties: Mapping[str, Any]) -> "Resolution | None":
        if logical_id not in self._children:
            # A stack whose parameters need its own outputs ends here.
            self._children[logical_id] = None
            self._children[logical_id] = self._opened(logical_id, properties)
        return self._children[logical_id]

    def _opened(self, logical_id: str, properties: Mapping[str, Any]) -> "Resolution | None":
        location = properties.get("TemplateURL")
        if not isinstance(location, str) or not _is_local(location):
            return None
        path = (self._template.path.parent / location).resolve()
        try:
            if path in self._outer:
                raise TemplateError("it is nested in itself")
            declared = properties.get("Parameters")
            given = _parameters(declared if isinstance(declared, dict) else {})
            opened = open_template(
                path,
                parameters=given,
                region=self._template.region,
                cache=self._template.cache,
                sources=dict.fromkeys(given, f"{logical_id}.Parameters"),
                stored=self._template.stored,
            )
        except TemplateError as error:
            self._surroundings.idle[self._id(logical_id)] = f"its template cannot be read: {error}"
            return None
        for warning in opened.warnings:
            self._note(f"{self._id(logical_id)}: {warning}")
        way = (*self._way, logical_id)
        return Resolution(opened, self._surroundings, way=way, outer=self._outer, asker=self._note)

    def _id(self, logical_id: str) -> str:
        return "-".join((*self._way, logical_id))

    def _note(self, line: str) -> None:
        """What an output lacks is missed where the outer template asks for it."""
        if self._current is None and self._asker is not None:
            self._asker(f"{self._way[-1]}.{line}")
            return
        place = "".join(f"{stack}." for stack in self._way)
        self._surroundings.warn(self._id(self._current or ""), f"{place}{line}")


def _parameters(given: Mapping[str, Value]) -> dict[str, str]:
    """Parameters of a nested stack as CloudFormation passes them on: texts."""
    return {
        name: ",".join(str(item) for item in value)
        if isinstance(value, list)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
        for name, value in given.items()
    }


def _is_local(place: Value) -> bool:
    return isinstance(place, str) and not place.startswith(("s3://", "http://", "https://"))


def _texts(value: Value) -> Iterator[str]:
    items = value if isinstance(value, list) else [value]
    return (item for item in items if isinstance(item, str))
