"""Definitions that Step Functions takes and moto's parser refuses or confuses."""

import json
import re
from typing import Any

from samulator.servers.aws.step_functions.map_fields import hide_fields
from samulator.servers.aws.step_functions.transitions import invalid_definition

_CHANGED = re.compile(
    r'"EXPRESS"|"ToleratedFailurePercentage"|"ItemBatcher"|"ResultWriter"|"ReaderConfig"'
)


def read_definitions_as_the_service_does() -> None:
    """Change moto's parser. Call before the first definition is read."""
    from moto.stepfunctions.parser.api import InvalidDefinition
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
        CustomErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
    from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    parse_with_moto = AmazonStateLanguageParser.parse
    validate_with_moto = StepFunctionsParserBackend._validate_definition

    def parse(definition: str) -> Any:  # noqa: ANN401 - passed on
        return parse_with_moto(as_moto_takes_it(definition))

    def validate(definition: str) -> None:
        validate_with_moto(definition)
        if message := invalid_definition(definition):
            raise InvalidDefinition(message=message)

    def begin(preprocessor: Preprocessor) -> None:
        # moto has one list for all: a definition that was refused would leave its language to
        # every later one, and two that are read at once would share it.
        preprocessor._query_language_per_scope = []

    AmazonStateLanguageParser.parse = staticmethod(parse)  # type: ignore[method-assign]
    StepFunctionsParserBackend._validate_definition = staticmethod(validate)  # type: ignore[method-assign]
    Preprocessor.__init__ = begin  # type: ignore[method-assign, assignment]
    # The language keeps names that begin with "States." to itself; the service does not insist.
    CustomErrorName.__init__ = ErrorName.__init__  # type: ignore[method-assign]


def as_moto_takes_it(definition: str) -> str:
    """Return a definition that runs the same in moto.

    Children of a distributed map may be EXPRESS, which makes no difference here, a percentage
    may be a whole number, items may come in batches and in more forms, and results are written in
    more ways.
    """
    if not _CHANGED.search(definition):
        return definition
    try:
        machine = json.loads(definition)
    except ValueError:
        # moto says what is wrong with it.
        return definition
    _change(machine)
    return json.dumps(machine)


def _change(node: Any) -> None:  # noqa: ANN401 - JSON
    if isinstance(node, list):
        for each in node:
            _change(each)
    elif isinstance(node, dict):
        config = node.get("ProcessorConfig")
        if isinstance(config, dict) and config.get("ExecutionType") == "EXPRESS":
            config["ExecutionType"] = "STANDARD"
        hide_fields(node)
        if node.get("Type") == "Map" and isinstance(node.get("ToleratedFailurePercentage"), int):
            node["ToleratedFailurePercentage"] = float(node["ToleratedFailurePercentage"])
        for each in node.values():
            _change(each)
