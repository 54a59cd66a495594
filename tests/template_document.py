"""A template as it is written, with its Globals in each resource, for tests that read it."""

from pathlib import Path
from typing import Any

from samulator.template.document import parse_document

_GLOBAL_TYPES = {
    "Function": "AWS::Serverless::Function",
    "HttpApi": "AWS::Serverless::HttpApi",
    "LayerVersion": "AWS::Serverless::LayerVersion",
}


def read_document(template: Path) -> dict[str, Any]:
    """Return the template, short-form tags expanded and Globals merged into each resource."""
    document = parse_document(template)
    for section, values in (document.get("Globals") or {}).items():
        for resource in document["Resources"].values():
            if resource["Type"] == _GLOBAL_TYPES.get(section):
                resource["Properties"] = _merge(values, resource.get("Properties") or {})
    return document


def _merge(base: Any, own: Any) -> Any:
    """Merge as SAM does: maps by key, lists one after the other, anything else replaced."""
    if isinstance(base, list) and isinstance(own, list):
        return base + own
    if _is_plain_map(base) and _is_plain_map(own):
        merged = {
            key: _merge(value, own[key]) if key in own else value for key, value in base.items()
        }
        return merged | {key: value for key, value in own.items() if key not in base}
    return own


def _is_plain_map(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return not (len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")))
