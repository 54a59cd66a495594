"""What a mapping template finds in its variables.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_plus, unquote_plus

from samulator.http.mapping.values import JavaMap, JavaText, of_java
from samulator.template.model import Value

_ESCAPED = {
    "\\": "\\\\", '"': '\\"', "'": "\\'", "/": "\\/",
    "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
}  # fmt: skip


class MappingFailed(Exception):
    """The template or what it reads is not what it takes; the message says which."""


@dataclass(frozen=True)
class MappingSource:
    """The request, or the answer of an integration, that a template maps.

    `context` is the requestContext of an event, `parameters` path, querystring and header.
    """

    body: str
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    context: Mapping[str, Value] = field(default_factory=dict)
    stage_variables: Mapping[str, str] = field(default_factory=dict)


class Input:
    """$input: the body and the parameters."""

    def __init__(self, source: MappingSource) -> None:
        self.body = JavaText(source.body)
        self._parameters = JavaMap(
            {place: of_java(dict(source.parameters.get(place, {}))) for place in _PLACES}
        )

    def params(self, name: str | None = None) -> Value:
        """Return the parameter, looked for in path, query string and header, or all of them."""
        if name is None:
            return self._parameters
        for place in _PLACES:
            if name in self._parameters[place]:
                return self._parameters[place][name]
        return JavaText()

    def path(self, expression: str) -> Value:
        """Return what a JSONPath finds in the body, as an object."""
        return of_java(self._find(expression))

    def json(self, expression: str) -> str:
        """Return it as JSON."""
        return json.dumps(self._find(expression), separators=(",", ":"), ensure_ascii=False)

    def _find(self, expression: str) -> Value:
        return find_in_body(self.body, expression)


class Util:
    """$util."""

    def escapeJavaScript(self, text: Value) -> str:
        """Return the text as it stands in a JavaScript string."""
        return "".join(_escaped(character) for character in _text(text))

    def parseJson(self, text: Value) -> Value:
        """Return the object that the text is."""
        return of_java(_parsed(_text(text)))

    def urlEncode(self, text: Value) -> str:
        """Return the text as in a form."""
        return quote_plus(_text(text), safe="*-._")

    def urlDecode(self, text: Value) -> str:
        """Return the text of a form."""
        return unquote_plus(_text(text))

    def base64Encode(self, text: Value) -> str:
        """Return the UTF-8 of the text as base64."""
        return base64.b64encode(_text(text).encode()).decode()

    def base64Decode(self, text: Value) -> str:
        """Return the text that base64 stands for."""
        try:
            return base64.b64decode(_text(text)).decode()
        except ValueError as error:
            raise MappingFailed(f"$util.base64Decode: {error}") from error


_PLACES = ("path", "querystring", "header")


def namespace(source: MappingSource) -> dict[str, Value]:
    """Return the variables of a template; overrides are found in `context` afterwards."""
    context = of_java(dict(source.context))
    for name in ("requestOverride", "responseOverride"):
        context[name] = JavaMap({place: JavaMap() for place in _PLACES})
    return {
        "input": Input(source),
        "util": Util(),
        "context": context,
        "stageVariables": of_java(dict(source.stage_variables)),
    }


def find_in_body(body: str, expression: str) -> Value:
    """Return what a JSONPath finds, a list where it finds several. Raises MappingFailed."""
    # Only who maps by a path needs the parser.
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.parser import JsonPathParser

    parsed = _parsed(body)
    try:
        found = [match.value for match in JsonPathParser().parse(expression).find(parsed)]
    except (JSONPathError, ValueError, TypeError) as error:
        raise MappingFailed(f"{expression} is no JSONPath: {error}") from error
    if not found:
        return None
    return found if len(found) > 1 else found[0]


def _parsed(text: str) -> Value:
    if not text.strip():
        return {}
    try:
        return json.loads(text)
    except ValueError as error:
        raise MappingFailed(f"the body is no JSON: {error}") from error


def _escaped(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if " " <= character <= "~":
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex().upper()}" for at in range(0, len(units), 2))


def _text(value: Value) -> str:
    return "" if value is None else str(value)
