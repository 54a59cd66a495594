"""Clients of a WebSocket API over a real socket: who gets in, what is answered, how it ends."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from samulator.http.web_socket.conversation import Limits
from samulator.http.web_socket.integration import Outcome
from samulator.template.model_http import (
    ApiKey,
    Guard,
    LambdaAuthorizer,
    LambdaCustom,
    LambdaProxy,
    MappedMock,
    NotServed,
)
from samulator.template.model_service import Mapped
from samulator.template.model_web_socket import SocketRoute, WebSocketApi
from testkit.functions import FakeFunctions, failing, returned
from testkit.web_socket import Socket, SocketServed, closed, talk, until

OK = returned("")
IDS = {"connectionId", "requestId"}
CONTEXT = {
    *("routeKey", "eventType", "extendedRequestId", "requestTime", "messageDirection", "stage"),
    *("connectedAt", "requestTimeEpoch", "identity", "requestId", "domainName", "connectionId"),
    "apiId",
}


def route(key: str, function: str = "F", *, answers: bool = False) -> SocketRoute:
    return SocketRoute(key, LambdaProxy(function, "1.0", 29.0), answers=answers)


def api(*routes: SocketRoute, **properties: Any) -> WebSocketApi:
    return WebSocketApi("Chat", routes, **{"stages": {"prod": {}}, **properties})


def echo(event: dict[str, Any]) -> object:
    return returned(event.get("body", ""))


async def said(socket: Socket) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await socket.receive_str(timeout=30))
    return told


async def until_told(functions: FakeFunctions, count: int) -> None:
    await until(lambda: len(functions.events) >= count)


def test_the_three_events_of_a_connection_are_those_of_api_gateway() -> None:
    functions = FakeFunctions({"F": lambda _event: OK})
    chat = api(route("$connect"), route("$disconnect"), route("send", answers=True))

    async def conversation(served: SocketServed) -> None:
        headers = {"User-Agent": "test/1", "X-Mine": "yes"}
        socket = await served.connect("/prod?room=a&room=b", headers=headers)
        await socket.send_str('{"action": "send", "text": "hi"}')
        await until_told(functions, 2)
        await socket.close(code=4000, message=b"enough")
        await until(lambda: len(served.exchanges) == 3)
        assert [(each.method, each.path, each.status) for each in served.exchanges] == [
            ("WS", "/prod $connect", 101),
            ("WS", "/prod send", 200),
            ("WS", "/prod $disconnect", 200),
        ]

    talk(chat, functions, conversation)

    connect, message, disconnect = functions.events
    assert set(connect) == {
        *("headers", "multiValueHeaders", "requestContext", "isBase64Encoded"),
        *("queryStringParameters", "multiValueQueryStringParameters"),
    }
    assert connect["queryStringParameters"] == {"room": "b"}
    assert connect["multiValueQueryStringParameters"] == {"room": ["a", "b"]}
    assert connect["headers"]["X-Mine"] == "yes"
    assert connect["multiValueHeaders"]["X-Mine"] == ["yes"]
    assert {"Connection", "Upgrade"}.isdisjoint(connect["headers"])
    told = connect["requestContext"]
    assert set(told) == CONTEXT
    assert (told["routeKey"], told["eventType"]) == ("$connect", "CONNECT")
    assert told["identity"] == {"userAgent": "test/1", "sourceIp": "127.0.0.1"}
    assert told["domainName"] == "Chat.execute-api.us-east-1.amazonaws.com"
    assert (told["stage"], told["apiId"], told["messageDirection"]) == ("prod", "Chat", "IN")
    assert told["connectedAt"] == told["requestTimeEpoch"]

    assert set(message) == {"requestContext", "body", "isBase64Encoded"}
    assert message["body"] == '{"action": "send", "text": "hi"}'
    assert set(message["requestContext"]) == {*CONTEXT, "messageId"}
    assert message["requestContext"]["eventType"] == "MESSAGE"
    assert message["requestContext"]["routeKey"] == "send"
    assert message["requestContext"]["connectedAt"] == told["connectedAt"]

    assert set(disconnect) == {"headers", "multiValueHeaders", "requestContext", "isBase64Encoded"}
    assert set(disconnect["headers"]) == {"Host", "x-api-key", "X-Forwarded-For", "x-restapi"}
    left = disconnect["requestContext"]
    assert set(left) == {*CONTEXT, "disconnectStatusCode", "disconnectReason"}
    assert (left["disconnectStatusCode"], left["disconnectReason"]) == (4000, "enough")
    assert {each["requestContext"]["connectionId"] for each in functions.events} == {
        told["connectionId"]
    }


def test_what_a_route_answers_goes_back_where_there_is_a_route_response() -> None:
    functions = FakeFunctions({"F": echo})
    chat = api(route("loud", answers=True), route("quiet"))

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        await socket.send_str('{"action": "quiet"}')
        await until_told(functions, 1)
        await socket.send_str('{"action": "loud"}')
        assert await said(socket) == {"action": "loud"}

    talk(chat, functions, conversation)


@pytest.mark.parametrize(
    "body", ["no JSON", "[1]", '{"other": 1}', '{"action": "unknown"}', '{"action": "$connect"}']
)
def test_what_selects_no_route_goes_to_the_default_route(body: str) -> None:
    functions = FakeFunctions({"F": echo})

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        await socket.send_str(body)
        assert await socket.receive_str(timeout=30) == body

    talk(api(route("$default", answers=True), route("send")), functions, conversation)
    assert functions.events[0]["requestContext"]["routeKey"] == "$default"


def test_without_a_default_route_such_a_message_is_forbidden() -> None:
    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        await socket.send_str('{"action": "unknown"}')
        told = await said(socket)
        assert set(told) == {"message", *IDS}
        assert told["message"] == "Forbidden"
        assert served.exchanges[-1].status == 403

    talk(api(route("send")), FakeFunctions({}), conversation)


@pytest.mark.parametrize(
    "handler",
    [failing("KeyError", "'x'"), lambda _event: None, lambda _event: {"body": "no status"}],
)
def test_a_route_that_fails_is_an_internal_server_error_and_the_connection_stays(handler) -> None:
    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        for _ in range(2):
            await socket.send_str("{}")
            told = await said(socket)
            assert set(told) == {"message", *IDS}
            assert told["message"] == "Internal server error"
        assert served.exchanges[-1].problem

    talk(api(route("$default")), FakeFunctions({"F": handler}), conversation)


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (lambda _event: returned("", 401), 401),
        (lambda _event: returned("", 302), 302),
        (failing("KeyError", "'x'"), 502),
        (lambda _event: "accepted", 502),
    ],
)
def test_the_answer_of_connect_decides_who_gets_in(handler, status: int) -> None:
    functions = FakeFunctions({"F": handler})

    async def conversation(served: SocketServed) -> None:
        answered, told = await served.refused(allow_redirects=False)
        assert answered == status
        assert set(told) == {"message", *IDS}
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await served.connect()
        assert refused.value.status == status
        assert [each.status for each in served.exchanges] == [status, status]

    talk(api(route("$connect"), route("$disconnect")), functions, conversation)
    # Nobody was connected, so nobody left.
    assert {event["requestContext"]["eventType"] for event in functions.events} == {"CONNECT"}


def test_connect_chooses_the_protocol() -> None:
    accepting = {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "two"}}
    functions = FakeFunctions({"F": lambda _event: accepting})

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect(protocols=("one", "two"))
        assert socket.protocol == "two"

    talk(api(route("$connect")), functions, conversation)


POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "%s"}],
}


def authorizer(event: dict[str, Any]) -> object:
    resource = event["methodArn"] if event["queryStringParameters"]["token"] == "good" else "*/x"
    statement = {**POLICY["Statement"][0], "Resource": resource}  # type: ignore[dict-item]
    return {
        "principalId": "me",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"room": 7},
    }


def test_an_authorizer_decides_first_and_is_shown_in_every_event() -> None:
    functions = FakeFunctions({"F": lambda _event: OK, "A": authorizer})
    guard = Guard(LambdaAuthorizer("Auth", "A", ("route.request.querystring.token",), ttl=0.0))
    connect = SocketRoute("$connect", LambdaProxy("F", "1.0", 29.0), guard)

    async def conversation(served: SocketServed) -> None:
        assert (await served.refused())[0] == 401
        assert (await served.refused("/prod?token=bad"))[0] == 403
        assert functions.invoked == ["A"]
        socket = await served.connect("/prod?token=good")
        await socket.send_str("{}")
        await until_told(functions, 4)

    talk(api(connect, route("$default")), functions, conversation)
    asked = functions.events[1]
    assert asked["type"] == "REQUEST"
    assert asked["methodArn"] == ("arn:aws:execute-api:us-east-1:123456789012:Chat/prod/$connect")
    assert asked["requestContext"]["eventType"] == "CONNECT"
    for event in functions.events[2:4]:
        shown = event["requestContext"]["authorizer"]
        assert (shown["principalId"], shown["room"]) == ("me", "7")


@pytest.mark.parametrize("from_authorizer", [False, True])
def test_who_brings_no_key_of_a_usage_plan_does_not_get_in(from_authorizer: bool) -> None:
    def keyed(event: dict[str, Any]) -> object:
        key = event["queryStringParameters"]["token"]
        return authorizer({**event, "queryStringParameters": {"token": "good"}}) | {  # type: ignore[operator]
            "usageIdentifierKey": key
        }

    functions = FakeFunctions({"F": lambda _event: OK, "A": keyed})
    asking = LambdaAuthorizer("Auth", "A", ("route.request.querystring.token",), ttl=0.0)
    guard = Guard(asking if from_authorizer else None, api_key=True)
    connect = SocketRoute("$connect", LambdaProxy("F", "1.0", 29.0), guard)
    keys = {"api_keys": (ApiKey("Key", "right"),), "key_from_authorizer": from_authorizer}

    async def conversation(served: SocketServed) -> None:
        status, told = await served.refused("/prod?token=wrong", headers={"x-api-key": "wrong"})
        assert (status, told["message"]) == (403, "Forbidden")
        assert "F" not in functions.invoked
        await served.connect("/prod?token=right", headers={"x-api-key": "right"})
        assert functions.invoked[-1] == "F"

    talk(api(connect, **keys), functions, conversation)


def test_other_paths_and_plain_requests_are_no_connections() -> None:
    async def conversation(served: SocketServed) -> None:
        assert (await served.refused("/"))[0] == 403
        assert (await served.refused("/other"))[0] == 403
        assert (await served.ask("GET", "/prod"))[0] == 426
        assert (await served.refused(headers={"Sec-WebSocket-Key": "short"}))[0] == 400
        origin = {"Origin": "https://elsewhere.example"}
        assert (await served.refused(headers=origin))[0] == 403
        assert (await served.refused(headers={"Host": "rebound.example"}))[0] == 403
        await (await served.connect("/prod/", headers={"Origin": "http://localhost:8080"})).close()

    talk(api(), FakeFunctions({}), conversation)


def test_each_stage_answers_below_its_name_with_its_variables() -> None:
    functions = FakeFunctions({"F": lambda _event: OK})
    stages = {"prod": {"table": "P"}, "dev": {"table": "D"}}

    async def conversation(served: SocketServed) -> None:
        for stage in stages:
            await (await served.connect(f"/{stage}")).close()

    talk(api(route("$connect"), stages=stages), functions, conversation)
    shown = [(e["requestContext"]["stage"], e["stageVariables"]) for e in functions.events]
    assert shown == [("prod", {"table": "P"}), ("dev", {"table": "D"})]


def test_frames_messages_and_bytes_past_the_limits_end_the_connection() -> None:
    functions = FakeFunctions({"F": echo})

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        await socket.send_str("x" * 32_768)
        assert len(await socket.receive_str(timeout=30)) == 32_768
        await socket.send_str("x" * 32_769)
        assert (await closed(socket))[0] == 1009
        larger = await served.connect()
        await larger.send_str("x" * 1_000_000)
        assert (await closed(larger))[0] == 1009
        binary = await served.connect()
        await binary.send_bytes(b"x")
        assert (await closed(binary))[0] == 1003

    chat = api(route("$default", answers=True), route("$disconnect"))
    talk(chat, functions, conversation)
    left = [event["requestContext"].get("disconnectStatusCode") for event in functions.events]
    assert [code for code in left if code] == [1009, 1009, 1003]


@pytest.mark.parametrize(
    ("limits", "pings"), [(Limits(idle=0.05), False), (Limits(duration=0.3), True)]
)
def test_who_says_nothing_or_stays_too_long_is_sent_away(limits: Limits, *, pings: bool) -> None:
    functions = FakeFunctions({"F": lambda _event: OK})

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        if pings:
            await socket.ping()
        assert await closed(socket) == (1001, "Going away")

    talk(api(route("$disconnect")), functions, conversation, limits=limits)
    assert functions.events[-1]["requestContext"]["disconnectReason"] == "Going away"


def test_a_client_that_vanishes_is_told_as_an_abnormal_end() -> None:
    functions = FakeFunctions({"F": lambda _event: OK})

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        connection = socket._conn
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()
        await until_told(functions, 1)

    talk(api(route("$disconnect")), functions, conversation)
    assert functions.events[0]["requestContext"]["disconnectStatusCode"] == 1006


def test_the_stack_that_stops_says_so_and_tells_disconnect() -> None:
    functions = FakeFunctions({"F": lambda _event: OK})

    async def conversation(served: SocketServed) -> None:
        sockets = [await served.connect() for _ in range(3)]
        stopping = asyncio.create_task(served.door.close())
        assert [await closed(socket) for socket in sockets] == [(1001, "Going away")] * 3
        await stopping
        assert len(functions.events) == 3

    talk(api(route("$disconnect")), functions, conversation)


def test_who_is_still_connecting_when_the_stack_stops_is_refused() -> None:
    async def conversation(served: SocketServed) -> None:
        decide = served.door._handshake.decide

        async def stop_first(*asked: Any) -> Outcome:
            await served.door.close()
            return await decide(*asked)

        served.door._handshake.decide = stop_first  # type: ignore[method-assign]
        assert (await served.refused())[0] == 503

    talk(api(), FakeFunctions({}), conversation)


def test_who_leaves_while_connect_decides_is_told_to_disconnect() -> None:
    functions = FakeFunctions({"F": lambda _event: OK})

    async def conversation(served: SocketServed) -> None:
        decide = served.door._handshake.decide
        is_asked, has_left = asyncio.Event(), asyncio.Event()

        async def decide_late(*asked: Any) -> Outcome:
            is_asked.set()
            await has_left.wait()
            return await decide(*asked)

        served.door._handshake.decide = decide_late  # type: ignore[method-assign]
        connecting = asyncio.create_task(served.connect())
        await is_asked.wait()
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        has_left.set()
        await until_told(functions, 1)

    talk(api(route("$disconnect")), functions, conversation)
    assert functions.events[0]["requestContext"]["disconnectStatusCode"] == 1006


def test_a_slow_message_keeps_no_other_waiting() -> None:
    functions = FakeFunctions({"Slow": None, "F": echo})

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        await socket.send_str('{"action": "slow"}')
        await socket.send_str('{"action": "fast"}')
        assert await said(socket) == {"action": "fast"}

    chat = api(route("slow", "Slow"), route("fast", answers=True))
    talk(chat, functions, conversation)


def test_an_integration_has_its_time() -> None:
    slow = SocketRoute("$default", LambdaProxy("Slow", "1.0", 0.05))

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        await socket.send_str("{}")
        assert (await said(socket))["message"] == "Endpoint request timed out"

    talk(api(slow), FakeFunctions({"Slow": None}), conversation)


def test_mappings_make_the_function_s_event_and_a_mock_s_answer() -> None:
    functions = FakeFunctions({"F": lambda event: {"you": event["said"]}})
    mapping = '{"said": "$input.path(\'$.text\')", "who": "$context.connectionId"}'
    custom = LambdaCustom("F", 29.0, None, Mapped({"$default": mapping}))
    mock = MappedMock(Mapped({"$default": '{"statusCode": 403}'}))
    chat = api(
        SocketRoute("$connect", MappedMock(Mapped({"$default": '{"statusCode": 200}'}))),
        SocketRoute("custom", custom, answers=True),
        SocketRoute("gone", NotServed("it has no integration")),
    )

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        await socket.send_str('{"action": "custom", "text": "hi"}')
        assert await said(socket) == {"you": "hi"}
        await socket.send_str('{"action": "gone"}')
        assert (await said(socket))["message"] == "Internal server error"
        assert served.exchanges[-1].problem == "it has no integration"

    async def refused(served: SocketServed) -> None:
        assert (await served.refused())[0] == 403

    talk(chat, functions, conversation)
    talk(api(SocketRoute("$connect", mock)), functions, refused)
