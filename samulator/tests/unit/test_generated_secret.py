"""A generated secret has the characters that its template asks for, and the same in each start."""

import json
import string

import pytest

from samulator.template.generated_secret import generated_secret


def test_a_secret_stays_and_differs_from_others():
    assert generated_secret("a", {}) == generated_secret("a", {})
    assert generated_secret("a", {}) != generated_secret("b", {})
    assert len(generated_secret("a", {})) == 32


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_each_kind_that_is_not_excluded_is_in_it(name):
    generate = {"PasswordLength": 4, "ExcludePunctuation": True, "IncludeSpace": "true"}
    password = generated_secret(name, generate)
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, " ")
    assert len(password) == 4
    assert all(set(kind) & set(password) for kind in kinds)


def test_what_is_excluded_is_not_in_it():
    beyond = {"ExcludeLowercase": True, "ExcludeUppercase": True, "ExcludePunctuation": True}
    password = generated_secret("a", {**beyond, "ExcludeCharacters": "012345678"})
    assert set(password) == {"9"}


def test_it_becomes_a_member_of_the_object_that_the_template_begins():
    generate = {"SecretStringTemplate": '{"user": "ann"}', "GenerateStringKey": "password"}
    made = json.loads(generated_secret("a", generate))
    assert made == {"user": "ann", "password": generated_secret("a", {})}


@pytest.mark.parametrize(
    "generate",
    [
        {"PasswordLength": 0},
        {"PasswordLength": 3},
        {"PasswordLength": 5000},
        {"ExcludeCharacters": string.digits},
        {"SecretStringTemplate": "[]", "GenerateStringKey": "a"},
        {"SecretStringTemplate": "{}"},
    ],
)
def test_what_aws_refuses_has_no_value(generate):
    with pytest.raises(ValueError, match="Generate"):
        generated_secret("a", generate)
