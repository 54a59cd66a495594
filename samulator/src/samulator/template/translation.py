"""A SAM template as AWS's own translator makes it: plain CloudFormation.

The translator is imported when a template needs it: that takes a second.
"""

import logging
from collections.abc import Mapping
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

from samulator.template.local_paths import LocalPath, detach
from samulator.template.model import TemplateError, Value
from samulator.template.policy_templates import unknown_policy_template
from samulator.template.shape import check_resources

_ORIGIN = "SamulatorOrigin"
_LAYER = "AWS::Serverless::LayerVersion"
# Its warnings are about its own release switches; nobody here can act on them.
logging.getLogger("samtranslator").addHandler(logging.NullHandler())
# What the translator raises at a value of a kind that it does not expect.
_UNEXPECTED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def translate(
    document: Mapping[str, Any], parameters: Mapping[str, str], region: str
) -> dict[str, Any]:
    """Return `document` as CloudFormation: no Globals, no SAM types, local paths kept.

    Each resource that the translator made holds in `Origin` the logical id that it was made of;
    layers keep theirs. Raises TemplateError with what the translator says.
    """
    check_resources(document)
    source = deepcopy(dict(document))
    for resource in _resources(source):
        # A key without a value is one that is not there.
        for attribute in ("Properties", "Metadata", "Condition", "DependsOn"):
            if resource.get(attribute, attribute) is None:
                del resource[attribute]
    if not any(resource["Type"].startswith("AWS::Serverless::") for resource in _resources(source)):
        return source
    local_paths = detach(source)
    for logical_id, resource in source["Resources"].items():
        resource["Metadata"] = {**resource.get("Metadata", {}), _ORIGIN: logical_id}
    translated = _transform(source, parameters, region)
    plain = _attach(_with_plain_ids(translated, document), local_paths)
    return {**plain, "Resources": _in_template_order(plain["Resources"], document["Resources"])}


def _resources(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(document["Resources"].values())


def _transform(
    source: dict[str, Any], parameters: Mapping[str, str], region: str
) -> dict[str, Any]:
    from samtranslator.model.exceptions import ExceptionWithMessage
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # All that it asks of a session is the region.
    session: Any = SimpleNamespace(region_name=region)
    translator = Translator(None, Parser(), boto_session=session)
    try:
        translated: dict[str, Any] = translator.translate(
            source, dict(parameters), passthrough_metadata=True, get_managed_policy_map=dict
        )
    except ExceptionWithMessage as error:
        causes = getattr(error, "causes", None) or [error]
        lines = [_line(cause) for cause in causes]
        said = [line + unknown_policy_template(source, line) for line in lines]
        raise TemplateError("; ".join(said)) from error
    except _UNEXPECTED as error:
        reason = f"{type(error).__name__}: {_line(error)}"
        raise TemplateError(f"AWS's translator does not take this template ({reason})") from error
    return translated


def _line(error: Exception) -> str:
    message = getattr(error, "message", None) or error
    return " ".join(str(message).split())


def _with_plain_ids(translated: dict[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Layers get a new logical id with each change on AWS; here they are known by the plain one."""
    plain_ids = {}
    for logical_id, resource in translated["Resources"].items():
        metadata = dict(resource.pop("Metadata", None) or {})
        origin = metadata.pop(_ORIGIN, None)
        if metadata:
            resource["Metadata"] = metadata
        if origin is None or logical_id in document["Resources"]:
            continue
        resource["Origin"] = origin
        if document["Resources"][origin]["Type"] == _LAYER:
            plain_ids[logical_id] = origin
    result: dict[str, Any] = _replaced(translated, plain_ids) if plain_ids else translated
    return result


def _in_template_order(resources: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """What SAM made comes where its origin is; what belongs to none at the end."""
    positions = {logical_id: position for position, logical_id in enumerate(declared)}

    def position(item: tuple[str, Any]) -> int:
        logical_id, resource = item
        return positions.get(resource.get("Origin", logical_id), len(positions))

    return dict(sorted(resources.items(), key=position))


def _replaced(value: Value, names: Mapping[str, str]) -> Value:
    if isinstance(value, dict):
        return {_replaced(key, names): _replaced(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, names) for item in value]
    if isinstance(value, str):
        for name, plain in names.items():
            value = value.replace(name, plain)
    return value


def _attach(translated: dict[str, Any], local_paths: Mapping[str, LocalPath]) -> dict[str, Any]:
    for logical_id, path in local_paths.items():
        resource = translated["Resources"].get(logical_id)
        if resource is None:
            continue
        properties = resource.setdefault("Properties", {})
        properties[path.target] = path.value
        if path.target == "Code" and (properties.get("PackageType") == "Image"):
            properties["Code"] = {"ImageUri": path.value} if path.value else {}
    return translated
