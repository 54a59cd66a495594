"""What other stacks and people keep in SSM, in Secrets Manager and in exports.

Parameters and secrets are as if the template declared them: `{{resolve:ssm:…}}` finds them, and so
do functions that ask for them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_Declared = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class StoredValues:
    """The values by the names of parameters, secrets and exports."""

    ssm: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)

    def declared_in(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the translated template with a resource for each."""
        added = {
            f"Local{kind.split('::')[1]}{number}": {"Type": kind, "Properties": properties}
            for number, (kind, properties) in enumerate(self._declared(), 1)
        }
        return {**document, "Resources": {**document["Resources"], **added}} if added else document

    def _declared(self) -> Iterator[_Declared]:
        for name, value in self.ssm.items():
            yield "AWS::SSM::Parameter", {"Name": name, "Type": "String", "Value": value}
        for name, value in self.secrets.items():
            yield "AWS::SecretsManager::Secret", {"Name": name, "SecretString": value}
