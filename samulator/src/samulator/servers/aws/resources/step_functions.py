"""State machines and activities of Step Functions."""

import json
import re
from collections.abc import Mapping
from typing import Any

from samulator.servers.aws.resources.api import Api
from samulator.servers.aws.resources.text import text_of
from samulator.servers.aws.step_functions.transitions import refusal
from samulator.template.model import Resource

_ANY_ROLE = "arn:aws:iam::123456789012:role/StepFunctions"


def create_state_machine(resource: Resource, api: Api) -> None:
    properties = resource.properties
    machine = definition(properties)
    if refused := refusal(machine):
        raise ValueError(refused)
    wanted = {
        "name": resource.name,
        "definition": machine,
        # Templates for Step Functions Local have none: it asks for no role, as nothing here does.
        "roleArn": properties.get("RoleArn") or _ANY_ROLE,
        "type": properties.get("StateMachineType"),
        "loggingConfiguration": properties.get("LoggingConfiguration"),
        "tracingConfiguration": properties.get("TracingConfiguration"),
        "tags": properties.get("Tags"),
    }
    api.call("stepfunctions", "create_state_machine", wanted)


def what_is_wrong(message: str) -> str:
    """Return in short what moto says of a definition; its parser lists all that it expected.

    Other messages stay as they are.
    """
    if refused := re.search(r"line (\d+):(\d+), at (\S+?),", message):
        line, column, word = refused.groups()
        return f"its definition is not understood at {word} (line {line}, column {column})"
    if failed := re.match(r"Error=\w+ Args=\[(.*?)\] in definition", message, re.DOTALL):
        return f"its definition is not understood: {failed[1].strip(chr(34))}"
    return message


def definition(properties: Mapping[str, Any]) -> str:
    """The machine in Amazon States Language, its ${Names} replaced.

    Raises ValueError where the template holds none of this machine.
    """
    if "DefinitionString" in properties:
        text = text_of(properties["DefinitionString"])
    elif isinstance(properties.get("Definition"), Mapping):
        text = json.dumps(properties["Definition"])
    else:
        raise ValueError("its definition is not in the template")
    replaced = properties.get("DefinitionSubstitutions") or {}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return text_of(replaced[name]) if name in replaced else match[0]

    return re.sub(r"\$\{([\w.:-]+)\}", value, text)
