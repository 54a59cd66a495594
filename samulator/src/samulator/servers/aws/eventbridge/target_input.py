"""What the target of a rule gets of an event: all of it, a part, a constant, or a template's text.

Rules: Amazon EventBridge User Guide, "Amazon EventBridge input transformation".
"""

import json
import re
from collections.abc import Mapping
from typing import Any

_VARIABLE = re.compile(r"<([^<>\s]+)>")
_NOT_THERE = object()


def target_input(
    target: Mapping[str, Any], event: Mapping[str, Any], *, rule_arn: str, ingested: str
) -> str:
    """JSON, or text where an InputTemplate is no JSON. Raises ValueError for a bad path."""
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath"):
        value = _at(target["InputPath"], event)
        return json.dumps(None if value is _NOT_THERE else value, ensure_ascii=False)
    if transformer := target.get("InputTransformer"):
        variables = {
            name: _at(path, event)
            for name, path in (transformer.get("InputPathsMap") or {}).items()
        } | _predefined(event, rule_arn, ingested)
        return _filled(str(transformer["InputTemplate"]), variables)
    return json.dumps(event, ensure_ascii=False)


def value_at(path: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Return what a path names in an event, None for nothing. Raises ValueError for a bad path."""
    value = _at(path, event)
    return None if value is _NOT_THERE else value


def _predefined(event: Mapping[str, Any], rule_arn: str, ingested: str) -> dict[str, Any]:
    return {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rsplit("/", 1)[-1],
        "aws.events.event.ingestion-time": ingested,
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
    }


def _at(path: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    # Only who declares a path needs the parser.
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.parser import JsonPathParser

    try:
        found = [match.value for match in JsonPathParser().parse(path).find(event)]
    except JSONPathError as error:
        raise ValueError(f"{path} is no path: {error}") from error
    if not found:
        return _NOT_THERE
    return found if "*" in path else found[0]


def _filled(template: str, variables: Mapping[str, Any]) -> str:
    """Inside quotes a variable is text, outside it is JSON; one without a value is left out."""
    parts = []
    end = 0
    for match in _VARIABLE.finditer(template):
        if match[1] not in variables:
            continue
        before = template[end : match.start()]
        parts.append(before)
        is_quoted = _quotes(template[: match.start()]) % 2 == 1
        parts.append(_shown(variables[match[1]], is_quoted=is_quoted))
        end = match.end()
    return "".join(parts) + template[end:]


def _quotes(text: str) -> int:
    return len(re.findall(r'(?<!\\)"', text))


def _shown(value: Any, *, is_quoted: bool) -> str:  # noqa: ANN401 - any JSON
    if value is _NOT_THERE:
        return "" if is_quoted else "null"
    text = json.dumps(value, ensure_ascii=False)
    if not is_quoted:
        return text
    return text[1:-1] if isinstance(value, str) else json.dumps(text, ensure_ascii=False)[1:-1]
