"""Finds the function that a URI or an ARN of a template stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from samulator.template.model import Function, Value
from samulator.template.reference import InvalidReference, parse_reference

# arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations
_INVOCATION = re.compile(r"(?:.*/)?functions/(?P<function>.+)/invocations/?")
_PSEUDO_PARAMETERS = re.compile(r"arn:\$\{AWS::.*:function:")
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


@dataclass(frozen=True)
class InvokedFunction:
    """A function of the template by its logical id, and the version or alias that is called."""

    logical_id: str
    qualifier: str | None = None


class InvokedFunctions:
    """The functions of a template by what integrations and authorizers name them by."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._ids = {function.name: name for name, function in functions.items()} | {
            name: name for name in functions
        }

    def find(
        self, uri: Value, stage_variables: Mapping[str, str] | None = None
    ) -> InvokedFunction | None:
        """Return what `uri` calls, None where that is no function of this template.

        Stage variables in it are filled in, which is how one API calls a function per stage.
        """
        if not isinstance(uri, str):
            return None
        text = _STAGE_VARIABLE.sub(lambda found: (stage_variables or {}).get(found[1], ""), uri)
        if named := _INVOCATION.fullmatch(text):
            text = named["function"]
        # A document that was exported from an account names them in front of the function.
        text = _PSEUDO_PARAMETERS.sub("", text)
        try:
            reference = parse_reference(text)
        except InvalidReference:
            return None
        logical_id = self._ids.get(reference.name)
        if logical_id is None:
            return None
        return InvokedFunction(logical_id, reference.qualifier)


def called(uri: str) -> str:
    """Return what of a URI names the function, for messages."""
    named = _INVOCATION.fullmatch(uri)
    return named["function"].rsplit(":function:", 1)[-1] if named else uri


def is_function_uri(uri: Value) -> bool:
    """Whether `uri` calls a function at all."""
    return isinstance(uri, str) and (":lambda:" in uri)
