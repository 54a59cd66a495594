"""Reads the local files that APIs and state machines have their definitions in.

They are then where CloudFormation takes them inline: `Body` of an API, `DefinitionString` of a
state machine with its substitutions made.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from samulator.template.document import parse_text
from samulator.template.intrinsics import Intrinsics
from samulator.template.model import Value

_APIS = ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")
_STATE_MACHINE = "AWS::StepFunctions::StateMachine"
_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


class UnreadableDefinition(Exception):
    """A file that cannot be read; the message says which and why."""


def with_definition(
    kind: str, properties: Mapping[str, Any], folder: Path, intrinsics: Intrinsics, where: str
) -> Mapping[str, Any]:
    """Return resolved `properties` with the definition inline; those of other kinds as they are.

    Raises UnreadableDefinition.
    """
    if kind in _APIS and isinstance(properties.get("BodyS3Location"), str):
        others = {key: value for key, value in properties.items() if key != "BodyS3Location"}
        body = _read(folder, properties["BodyS3Location"])
        return {**others, "Body": intrinsics.resolve(body, f"{where}.Body")}
    if kind == _STATE_MACHINE:
        return _with_definition_string(properties, folder)
    return properties


def _with_definition_string(properties: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    sources = ("Definition", "DefinitionS3Location", "DefinitionSubstitutions")
    others = {key: value for key, value in properties.items() if key not in sources}
    location = properties.get("DefinitionS3Location")
    if isinstance(location, str):
        text = json.dumps(_read(folder, location))
    elif "Definition" in properties:
        text = json.dumps(properties["Definition"])
    elif isinstance(properties.get("DefinitionString"), str):
        text = properties["DefinitionString"]
    else:
        return properties
    substitutions = properties.get("DefinitionSubstitutions") or {}

    def replace(match: re.Match[str]) -> str:
        if match[1] not in substitutions:
            return match[0]
        # It stands inside a JSON string.
        return json.dumps(str(substitutions[match[1]]))[1:-1]

    return {**others, "DefinitionString": _SUBSTITUTION.sub(replace, text)}


def _read(folder: Path, location: str) -> Value:
    try:
        return parse_text((folder / location).read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableDefinition(f"{location}: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableDefinition(f"{location}: {' '.join(str(error).split())}") from error
