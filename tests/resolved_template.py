"""A template as CloudFormation reads it with given parameters: conditions decided, values in place.

References to resources stay what they are called, and attributes `Name.Attribute`.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samulator.template.intrinsics import Intrinsics
from samulator.template.parameters import parameter_texts, parameter_values
from tests.template_document import read_document

ROOT = Path(__file__).parents[1]
REGION = "us-east-1"


class _Names:
    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters

    def ref(self, name: str, where: str) -> Any:
        return self._parameters.get(name, name)

    def attribute(self, name: str, attribute: str, where: str) -> str:
        return f"{name}.{attribute}"

    def dynamic(self, reference: re.Match[str]) -> str:
        return reference[0]


def resolved(file: str, **given: str) -> dict[str, dict[str, Any]]:
    """The resources that a template of the repository makes, each `Type` and `Properties`.

    What has neither a value nor a default is called by its own name.
    """
    document = _document(file)
    parameters = parameter_values(document, parameter_texts(document, given, _ignored))
    intrinsics = Intrinsics(document, _Names(parameters), REGION, _refused)
    return {
        name: {
            "Type": resource["Type"],
            "Properties": intrinsics.resolve(resource.get("Properties", {}), name),
        }
        for name, resource in document["Resources"].items()
        if "Condition" not in resource or intrinsics.holds(resource["Condition"], name)
    }


@cache
def _document(file: str) -> dict[str, Any]:
    return read_document(ROOT / file)


def _ignored(warning: str) -> None:
    """That a parameter has no value."""


def _refused(warning: str) -> None:
    raise AssertionError(warning)
