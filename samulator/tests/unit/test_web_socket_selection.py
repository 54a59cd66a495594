"""Selection expressions of WebSocket APIs: the key that a message has."""

import pytest

from samulator.http.web_socket.selection import select


@pytest.mark.parametrize(
    ("expression", "body", "key"),
    [
        ("$request.body.action", '{"action": "send"}', "send"),
        ("${request.body.action}", '{"action": "send"}', "send"),
        ("$request.body.data.kind", '{"data": {"kind": "a b"}}', "a b"),
        ("${request.body.kind}-${request.body.version}", '{"kind": "x", "version": 2}', "x-2"),
        ("$request.body.done", '{"done": true}', "true"),
        ("\\$default", "anything", "$default"),
        ("fixed", "anything", "fixed"),
        ("\\$${request.body.a}", '{"a": "b"}', "$b"),
        ("$request.body.a", '{"a": "$request.body.b", "b": "c"}', "$request.body.b"),
    ],
)
def test_a_variable_stands_for_a_member_of_the_message(
    expression: str, body: str, key: str
) -> None:
    assert select(expression, body) == key


@pytest.mark.parametrize(
    ("expression", "body"),
    [
        ("$request.body.action", "no JSON"),
        ("$request.body.action", ""),
        ("$request.body.action", "[" * 100_000),
        ("$request.body.action", '"action"'),
        ("$request.body.action", "{}"),
        ("$request.body.action", '{"action": null}'),
        ("$request.body.action", '{"action": {"a": 1}}'),
        ("$request.body.a.b", '{"a": "b"}'),
        ("${request.body.kind}-${request.body.version}", '{"kind": "x"}'),
        ("$request.body", '{"action": "send"}'),
        ("$context.routeKey", '{"action": "send"}'),
    ],
)
def test_a_message_without_the_member_selects_nothing(expression: str, body: str) -> None:
    assert select(expression, body) is None
