"""Values that CloudFormation looks up in SSM and Secrets Manager, where the template holds them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping

from samulator.template.generated_secret import generated_secret
from samulator.template.model import Value
from samulator.template.stored_values import StoredValues

REFERENCE = re.compile(
    r"\{\{resolve:(?P<service>ssm|ssm-secure|secretsmanager):(?P<rest>[^}]+)\}\}"
)
_PARAMETER, _SECRET = "AWS::SSM::Parameter", "AWS::SecretsManager::Secret"
_SECRET_PARTS = re.compile(
    r"(?P<id>arn:aws:secretsmanager:[^:]*:[^:]*:secret:[^:]+|[^:]+)"
    r"(?::SecretString(?::(?P<key>[^:]*))?)?.*"
)


class DynamicReferences:
    """`named` yields the logical ids of a type by what they are called, first by their names,
    `read` returns a property, and `stored` has what the template lacks: a nested one declares
    nothing of it, so that it is made once.
    """

    def __init__(
        self,
        named: Callable[[str], Iterator[tuple[str, str]]],
        read: Callable[[str, str], Value],
        stored: StoredValues,
    ) -> None:
        self._named = named
        self._read = read
        self._stored = stored
        self._open: set[str] = set()

    def find(self, match: re.Match[str]) -> str | None:
        """Return the value that a match of REFERENCE stands for, None where it is not known."""
        text = match[0]
        if text in self._open:
            return None
        self._open.add(text)
        try:
            is_secret = match["service"] == "secretsmanager"
            return self._secret(match["rest"]) if is_secret else self._parameter(match["rest"])
        finally:
            self._open.remove(text)

    def _parameter(self, rest: str) -> str | None:
        name = rest.split(":")[0]
        logical_id = self._called(_PARAMETER, name)
        if logical_id is None:
            return self._stored.ssm.get(name)
        value = self._read(logical_id, "Value")
        return None if value is None or isinstance(value, dict | list) else _text(value)

    def _secret(self, rest: str) -> str | None:
        parts = _SECRET_PARTS.fullmatch(rest)
        if parts is None:
            return None
        logical_id = self._called(_SECRET, parts["id"])
        text = (
            self._stored.secrets.get(parts["id"])
            if logical_id is None
            else self._secret_string(logical_id)
        )
        if text is None or not parts["key"]:
            return text
        try:
            document = json.loads(text)
        except ValueError:
            return None
        value = document.get(parts["key"]) if isinstance(document, Mapping) else None
        return None if value is None else _text(value)

    def _secret_string(self, logical_id: str) -> str | None:
        text = self._read(logical_id, "SecretString")
        generate = self._read(logical_id, "GenerateSecretString")
        if not isinstance(generate, Mapping):
            return text if isinstance(text, str) else None
        name = next(name for name, other in self._named(_SECRET) if other == logical_id)
        try:
            return generated_secret(name, generate)
        except (ValueError, TypeError):
            # The start says what is wrong with it, where the secret is made.
            return None

    def _called(self, kind: str, name: str) -> str | None:
        return next((logical_id for other, logical_id in self._named(kind) if other == name), None)


def _text(value: Value) -> str:
    """Numbers and truths as CloudFormation writes them."""
    return value if isinstance(value, str) else json.dumps(value)
