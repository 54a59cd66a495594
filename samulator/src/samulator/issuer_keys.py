"""The keys of the local issuer, made once and kept in the state folder.

The library for tokens is imported when somebody has a token: that takes a tenth of a second.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

FILE = "issuer.json"
ALGORITHM = "RS256"
_BITS = 2048
# What the user pools of moto sign with, whose tokens an application may get by boto3.
_POOL_KEYS = "cognitoidp/resources/jwks-public.json"


class IssuerKeys:
    """The keys in one state folder."""

    def __init__(self, state: Path) -> None:
        self._file = state / FILE

    def private(self) -> "KeySet":
        """Return the keys that sign, made where there are none yet."""
        from joserfc.jwk import KeySet, RSAKey  # see above

        if not self._file.exists():
            parameters: Any = {"use": "sig", "alg": ALGORITHM}
            key = RSAKey.generate_key(_BITS, parameters, auto_kid=True)
            self._write(KeySet([key]).as_dict(private=True))
        return KeySet.import_key_set(json.loads(self._file.read_text(encoding="utf-8")))

    def public(self) -> dict[str, Any]:
        """Return the JSON Web Key Set that the issuer publishes."""
        return dict(self.private().as_dict(private=False))

    def known(self) -> "KeySet":
        """Return all keys that tokens of this machine are signed with."""
        from joserfc.jwk import KeySet  # see above
        from moto.utilities.utils import load_resource

        pools = load_resource(_POOL_KEYS)["keys"]
        return KeySet.import_key_set({"keys": [*self.public()["keys"], *pools]})

    def _write(self, keys: Any) -> None:  # noqa: ANN401 # JSON
        """Two stacks may start at once: the file is whole or not there."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=f".{FILE}")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(keys, file)
        try:
            os.link(name, self._file)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
