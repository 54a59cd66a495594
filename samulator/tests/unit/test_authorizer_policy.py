"""The policies that Lambda authorizers return."""

from typing import Any

import pytest

from samulator.http.authorizers.policy import InvalidPolicy, evaluate

ARN = "arn:aws:execute-api:us-east-1:123456789012:abc/Prod/GET/pets/7"


def statement(effect: str = "Allow", **parts: Any) -> dict[str, Any]:
    return {"Effect": effect, **({"Action": "execute-api:Invoke", "Resource": "*"} | parts)}


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([statement()], True),
        (statement(), True),
        ([statement(Resource=ARN)], True),
        ([statement(Resource=ARN.replace("abc", "*"))], True),
        ([statement(Resource="arn:aws:execute-api:*:*:*/*/GET/*")], True),
        ([statement(Resource=ARN.replace("7", "?"))], True),
        ([statement(Resource=ARN.replace("7", "8"))], None),
        ([statement(Resource=ARN.replace("GET", "POST"))], None),
        ([statement(Resource=[ARN.replace("7", "8"), ARN])], True),
        (
            [statement(Resource=ARN.removesuffix("/7"))],
            None,
        ),
        ([statement(Action="Execute-API:invoke")], True),
        ([statement(Action="execute-api:*")], True),
        ([statement(Action=["s3:GetObject"])], None),
        ([statement("Deny")], False),
        ([statement(), statement("Deny", Resource=ARN)], False),
        ([statement("Deny", Resource="arn:aws:x"), statement()], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": ARN}], None),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], True),
        ([], None),
    ],
)
def test_a_policy_allows_denies_or_says_nothing(statements: object, allowed: bool | None) -> None:
    assert evaluate({"Version": "2012-10-17", "Statement": statements}, ARN) is allowed


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "has no Statement"),
        ({}, "has no Statement"),
        ({"Statement": ["x"]}, "no object"),
        ({"Statement": [{"Action": "*", "Resource": "*"}]}, "Effect is None"),
        ({"Statement": [{"Effect": "Allow", "Resource": "*"}]}, "has no Action"),
        ({"Statement": [{"Effect": "Allow", "Action": "*"}]}, "has no Resource"),
    ],
)
def test_what_is_no_policy_is_said_to_be_none(document: object, said: str) -> None:
    with pytest.raises(InvalidPolicy, match=said):
        evaluate(document, ARN)
