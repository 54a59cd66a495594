"""Fields of Map states that moto's parser refuses: hidden from it, and read after it.

ItemBatcher it does not know, a ResultWriter it takes without WriterConfig alone, and a ReaderConfig
of two forms.
"""

import json
from typing import TYPE_CHECKING, Any

from samulator.servers.aws.step_functions.item_forms import is_beyond_moto

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.component.common.parargs import Parargs
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap

# A comment is all that moto's parser keeps of a state and does not use.
_HIDDEN = "samulator:"
_FIELDS = ("ItemBatcher", "ResultWriter")


def hide_fields(state: dict[str, Any]) -> None:
    """Move those fields of a Map that moto's parser refuses to where it keeps them."""
    if state.get("Type") != "Map":
        return
    hidden = {name: state.pop(name) for name in _FIELDS if isinstance(state.get(name), dict)}
    reader = state.get("ItemReader")
    config = reader.get("ReaderConfig") if isinstance(reader, dict) else None
    if isinstance(reader, dict) and isinstance(config, dict) and is_beyond_moto(config):
        hidden["ReaderConfig"] = config
        kept = {name: value for name, value in config.items() if name.startswith("MaxItems")}
        reader["ReaderConfig"] = {"InputType": "JSON", **kept}
    if hidden:
        # In digits, for the parser leaves the escapes of a comment as they are.
        state["Comment"] = _HIDDEN + json.dumps(hidden).encode().hex()


def hidden_fields(state: "StateMap") -> dict[str, Any]:
    """Those that were moved, by their names."""
    comment = state.comment.comment if state.comment else ""
    if not comment.startswith(_HIDDEN):
        return {}
    hidden: dict[str, Any] = json.loads(bytes.fromhex(comment.removeprefix(_HIDDEN)))
    return hidden


def parameters(state: "StateMap", told: dict[str, Any]) -> "Parargs":
    """What evaluates a field, in the query language of its state."""
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

    is_path = state._is_language_query_jsonpath()
    given = {
        f"{name.removesuffix('Path')}.$" if name.endswith("Path") else name: value
        for name, value in told.items()
    }
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters" if is_path else "Arguments": given,
        "End": True,
    }
    language = "JSONPath" if is_path else "JSONata"
    machine = {"QueryLanguage": language, "StartAt": "Field", "States": {"Field": task}}
    program: Any = AmazonStateLanguageParser.parse(json.dumps(machine))[0]
    parameters: Parargs = program.states.states["Field"].parargs
    return parameters
