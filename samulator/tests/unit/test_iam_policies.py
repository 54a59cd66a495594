"""Policies judge calls as IAM's documentation says."""

from typing import Any

import pytest

from samulator.servers.aws.iam.call import Call
from samulator.servers.aws.iam.verdict import Verdict, judge

KEY = "arn:aws:s3:::files/in/a.csv"
PUT = Call("s3:PutObject", KEY, {"aws:principalaccount": ("1",), "aws:sourceip": ("127.0.0.1",)})


def judged(*statements: dict[str, Any], call: Call = PUT) -> Verdict:
    return judge(call, [{"Version": "2012-10-17", "Statement": list(statements)}])


def allow(action: Any = "s3:PutObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(**more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "s3:*", "Resource": "*"} | more


def test_what_nothing_allows_is_not_allowed() -> None:
    assert judge(PUT, []) is Verdict.NOT_ALLOWED
    assert judged(allow("s3:GetObject")) is Verdict.NOT_ALLOWED


@pytest.mark.parametrize(
    "statement",
    [
        allow(),
        allow("s3:put*"),
        allow("*"),
        allow(["s3:GetObject", "S3:PUTOBJECT"]),
        allow(resource="arn:aws:s3:::files/*"),
        allow(resource=["arn:aws:s3:::other/*", "arn:aws:s3:::files/in/?.csv"]),
        {"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"},
    ],
)
def test_a_statement_that_names_action_and_resource_allows(statement: dict[str, Any]) -> None:
    assert judged(statement) is Verdict.ALLOWED


@pytest.mark.parametrize(
    "statement",
    [
        allow(resource="arn:aws:s3:::files"),
        allow(resource="arn:aws:s3:::files/in/b*"),
        allow(resource="arn:aws:s3:::FILES/*"),
        allow("s3:Put"),
        {"Effect": "Allow", "NotAction": "s3:Put*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::files/*"},
    ],
)
def test_a_statement_about_something_else_does_not(statement: dict[str, Any]) -> None:
    assert judged(statement) is Verdict.NOT_ALLOWED


def test_a_deny_wins_wherever_it_stands() -> None:
    assert judged(deny(), allow()) is Verdict.DENIED
    assert judged(allow(), deny()) is Verdict.DENIED
    assert judged(allow(), deny(Resource="arn:aws:s3:::other/*")) is Verdict.ALLOWED


def test_a_policy_may_hold_one_statement_without_a_list() -> None:
    assert judge(PUT, [{"Statement": allow()}]) is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringEquals": {"aws:PrincipalAccount": "1"}}, True),
        ({"StringEquals": {"AWS:principalaccount": ["2", "1"]}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "2"}}, False),
        ({"StringNotEquals": {"aws:PrincipalAccount": "2"}}, True),
        ({"StringNotEquals": {"aws:PrincipalAccount": ["1", "2"]}}, False),
        ({"StringLike": {"aws:PrincipalAccount": "?"}}, True),
        ({"NumericLessThan": {"aws:PrincipalAccount": 5}}, True),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"Null": {"aws:SourceVpc": "true"}}, True),
        ({"Null": {"aws:SourceIp": "true"}}, False),
        ({"StringEquals": {"aws:SourceVpc": "v"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceVpc": "v"}}, True),
        ({"StringNotEquals": {"aws:SourceVpc": "v"}}, True),
        ({"ForAnyValue:StringLike": {"aws:PrincipalAccount": ["1*"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:PrincipalAccount": ["2"]}}, False),
        (
            {"StringEquals": {"aws:PrincipalAccount": "1"}, "Bool": {"aws:SecureTransport": True}},
            False,
        ),
    ],
)
def test_conditions_hold_as_their_operators_say(condition: dict[str, Any], holds: bool) -> None:
    expected = Verdict.ALLOWED if holds else Verdict.NOT_ALLOWED
    assert judged(allow(Condition=condition)) is expected


def test_a_key_that_this_machine_cannot_know_never_refuses() -> None:
    condition = {"StringEquals": {"s3:ExistingObjectTag/team": "a"}}

    assert judged(allow(Condition=condition)) is Verdict.ALLOWED
    assert judged(allow(), deny(Condition=condition)) is Verdict.ALLOWED


def test_a_header_that_was_not_sent_is_known_to_be_missing() -> None:
    encrypted = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}

    assert judged(allow(), deny(Condition=encrypted)) is Verdict.DENIED


def test_a_resource_that_cannot_be_told_is_judged_by_its_action_alone() -> None:
    call = Call("glue:GetJob", None)

    assert judged(allow("glue:*", "arn:aws:glue:::job/a"), call=call) is Verdict.ALLOWED
    about_one = {"Effect": "Deny", "Action": "glue:*", "Resource": "arn:aws:glue:::job/a"}
    assert judged(allow("glue:*"), about_one, call=call) is Verdict.ALLOWED
    assert judged(allow("glue:*"), about_one | {"Resource": "*"}, call=call) is Verdict.DENIED


def test_variables_in_a_resource_are_filled() -> None:
    call = Call("s3:GetObject", "arn:aws:s3:::files/1/x", {"aws:principalaccount": ("1",)})
    filled = "arn:aws:s3:::files/${aws:PrincipalAccount}/*"

    assert judged(allow("s3:*", filled), call=call) is Verdict.ALLOWED
    assert judged(allow("s3:*", "arn:aws:s3:::files/${aws:username}/*"), call=call) is (
        Verdict.NOT_ALLOWED
    )
    assert judged(allow("s3:*", "arn:aws:s3:::files/${aws:username, '1'}/*"), call=call) is (
        Verdict.ALLOWED
    )


def test_an_operator_that_iam_has_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="StringSimilar is no condition operator"):
        judged(allow(Condition={"StringSimilar": {"aws:SourceIp": "a"}}))
