"""What CloudFormation asks of a parameter's value before it makes anything."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# A list's items are looked at one by one.
_LISTS_OF_NUMBERS = "List<Number>"


def broken_constraint(definition: Mapping[str, Any], text: str) -> str | None:
    """What a value breaks of its parameter's declaration, as the end of a sentence; else None.

    The rules are those of AllowedValues, AllowedPattern (which the whole value has to match),
    MinLength and MaxLength, MinValue and MaxValue, and the type Number. As there, a parameter's
    ConstraintDescription says in words what its pattern is.
    """
    return next(_broken(definition, text), None)


def _wording(told: object, pattern: str) -> str:
    """Descriptions are written as "must be …" or as what the value is."""
    if told is None:
        return f"does not match {pattern}"
    words = str(told).strip().rstrip(".")
    return words if words.lower().startswith("must ") else f"is not {words}"


def allowed_texts(definition: Mapping[str, Any]) -> list[str]:
    """AllowedValues as texts; empty where any value is."""
    allowed = definition.get("AllowedValues") or []
    return [text_of(item) for item in (allowed if isinstance(allowed, list) else [allowed])]


def text_of(value: Any) -> str:  # noqa: ANN401 - any value of a template
    """As a deployment would give the value."""
    if isinstance(value, list):
        return ",".join(text_of(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _broken(definition: Mapping[str, Any], text: str) -> Iterator[str]:
    allowed = allowed_texts(definition)
    if allowed and text not in allowed:
        yield f"is not one of {', '.join(allowed)}"
    pattern = definition.get("AllowedPattern")
    if pattern is not None and not _matches(str(pattern), text):
        yield _wording(definition.get("ConstraintDescription"), str(pattern))
    kind = str(definition.get("Type", "String"))
    if kind == "Number":
        yield from _broken_by_number(definition, text)
    elif kind == _LISTS_OF_NUMBERS:
        for item in text.split(","):
            yield from _broken_by_number({}, item.strip())
    shortest, longest = definition.get("MinLength"), definition.get("MaxLength")
    if shortest is not None and len(text) < int(shortest):
        yield f"has fewer than {shortest} characters"
    if longest is not None and len(text) > int(longest):
        yield f"has more than {longest} characters"


def _broken_by_number(definition: Mapping[str, Any], text: str) -> Iterator[str]:
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.ASCII) is None:
        yield "is no number"
        return
    least, most = definition.get("MinValue"), definition.get("MaxValue")
    if least is not None and float(text) < float(least):
        yield f"is less than {least}"
    if most is not None and float(text) > float(most):
        yield f"is more than {most}"


def _matches(pattern: str, text: str) -> bool:
    """What only Java's expressions can say is left to the deployment."""
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return True
