"""The value of a secret that has GenerateSecretString, which is made once and then stays.

It follows from the secret's name, so that whoever reads the template and whoever makes the secret
have the same, in each start, as on AWS in each deployment.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-secretsmanager-secret-generatesecretstring.html
"""

import hashlib
import json
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LENGTH, _MOST = 32, 4096
_KINDS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


def generated_secret(name: str, generate: Mapping[str, Any]) -> str:
    """Return a password, or a JSON object that has it as one member more.

    Raises ValueError where AWS refuses `generate`.
    """
    password = _password(name, generate)
    if "SecretStringTemplate" not in generate:
        return password
    begun = json.loads(str(generate["SecretStringTemplate"]))
    key = generate.get("GenerateStringKey")
    if not isinstance(begun, dict) or not isinstance(key, str):
        raise ValueError(
            "SecretStringTemplate is a JSON object, and GenerateStringKey names the member that "
            "the password becomes"
        )
    return json.dumps({**begun, key: password})


def _password(name: str, generate: Mapping[str, Any]) -> str:
    length = int(generate.get("PasswordLength", _LENGTH))
    kinds = [*_characters(generate)]
    required = kinds if _is_true(generate.get("RequireEachIncludedType", True)) else []
    if not max(1, len(required)) <= length <= _MOST or not all(kinds) or not kinds:
        raise ValueError(
            f"GenerateSecretString leaves no characters for a password of {length}: it has "
            f"{len(required) or 1} to {_MOST}, of kinds that are not excluded"
        )
    every = "".join(kinds)
    pools = [*required, *[every] * (length - len(required))]
    return "".join(_ordered([_one(pool, name, at) for at, pool in enumerate(pools)], name))


def _characters(generate: Mapping[str, Any]) -> Iterator[str]:
    """The characters of each kind."""
    beyond = str(generate.get("ExcludeCharacters", ""))
    for excluded, characters in _KINDS.items():
        if not _is_true(generate.get(excluded, False)):
            yield "".join(each for each in characters if each not in beyond)
    if _is_true(generate.get("IncludeSpace", False)):
        yield " "


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _one(pool: str, name: str, at: int) -> str:
    return pool[_number(name, at) % len(pool)]


def _ordered(characters: Sequence[str], name: str) -> list[str]:
    """In another order, for the required ones come first."""
    places = sorted(range(len(characters)), key=lambda at: _number(f"{name}/place", at))
    return [characters[at] for at in places]


def _number(seed: str, at: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{at}".encode()).digest())
