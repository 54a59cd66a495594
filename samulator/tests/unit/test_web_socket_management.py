"""@connections, as boto3, the AWS CLI and functions call it."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import ClientError

from samulator.http.gateway.request import HttpRequest
from samulator.http.server.server import bound_port, serve
from samulator.http.web_socket.execute_api import ExecuteApi
from samulator.servers.aws.client import local_client
from samulator.template.model_http import LambdaProxy
from samulator.template.model_web_socket import SocketRoute, WebSocketApi
from testkit.functions import FakeFunctions, returned
from testkit.web_socket import SocketServed, closed, talk, until

ROUTES = tuple(
    SocketRoute(key, LambdaProxy("F", "1.0", 29.0)) for key in ("$connect", "$disconnect")
)
CHAT = WebSocketApi("Chat", ROUTES, stages={"prod": {}})


def connection_id(functions: FakeFunctions) -> str:
    return str(functions.events[-1]["requestContext"]["connectionId"])


async def call(url: str, operation: str, **arguments: Any) -> Any:
    """Call by boto3, from a thread: the door answers on this loop."""
    client: Any = local_client("apigatewaymanagementapi", url, "us-east-1")
    return await asyncio.to_thread(getattr(client, operation), **arguments)


async def refused(url: str, operation: str, **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        await call(url, operation, **arguments)
    told: Any = raised.value.response
    return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]


def test_boto3_sends_shows_and_ends_a_connection() -> None:
    functions = FakeFunctions({"F": lambda _event: returned("")})

    async def conversation(served: SocketServed) -> None:
        url = f"http://{served.place}/prod"
        begin = datetime.now(UTC).replace(microsecond=0)
        socket = await served.connect(headers={"User-Agent": "test/1"})
        there = {"ConnectionId": connection_id(functions)}
        await call(url, "post_to_connection", Data='{"a": "ä"}', **there)
        assert await socket.receive_str(timeout=30) == '{"a": "ä"}'
        await call(url, "post_to_connection", Data="x" * 131_072, **there)
        assert len(await socket.receive_str(timeout=30)) == 131_072
        shown = await call(url, "get_connection", **there)
        assert shown["ResponseMetadata"]["RequestId"] == served.exchanges[-1].request_id
        assert shown["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "test/1"}
        assert begin <= shown["ConnectedAt"] <= shown["LastActiveAt"] <= datetime.now(UTC)
        await call(url, "delete_connection", **there)
        assert await closed(socket) == (1000, "Connection Closed Normally")
        await until(lambda: len(functions.events) == 2)
        for operation in ("get_connection", "delete_connection"):
            assert await refused(url, operation, **there) == ("GoneException", 410)
        gone = await refused(url, "post_to_connection", Data="x", **there)
        assert gone == ("GoneException", 410)

    talk(CHAT, functions, conversation)
    left = functions.events[-1]["requestContext"]
    assert left["disconnectStatusCode"] == 1000


def test_what_is_no_connection_and_what_is_too_large_is_refused() -> None:
    functions = FakeFunctions({"F": lambda _event: returned("")})

    async def conversation(served: SocketServed) -> None:
        url = f"http://{served.place}/prod"
        socket = await served.connect()
        there = connection_id(functions)
        large = await refused(url, "post_to_connection", Data="x" * 131_073, ConnectionId=there)
        assert large == ("PayloadTooLargeException", 413)
        assert (await refused(url, "get_connection", ConnectionId="me"))[1] == 400
        other = f"http://{served.place}/other"
        assert await refused(other, "get_connection", ConnectionId=there) == ("GoneException", 410)
        path = f"/prod/%40connections/{there.replace('=', '%3D')}"
        assert (await served.ask("GET", path))[0] == 200
        assert (await served.ask("PUT", path))[0] == 405
        foreign = {"Origin": "https://elsewhere.example"}
        assert (await served.ask("POST", path, data="x", headers=foreign))[0] == 403
        await socket.close()

    talk(CHAT, functions, conversation)


def test_nobody_is_there_before_connect_has_answered() -> None:
    asked: list[int] = []
    functions = FakeFunctions({"F": lambda _event: returned("")})

    async def conversation(served: SocketServed) -> None:
        decide = served.door._handshake.decide

        async def ask_first(request: HttpRequest, happening: Any) -> Any:
            path = f"/prod/@connections/{happening.connected.id}"
            asked.append((await served.ask("GET", path))[0])
            return await decide(request, happening)

        served.door._handshake.decide = ask_first  # type: ignore[method-assign]
        await served.connect()

    talk(CHAT, functions, conversation)
    assert asked == [410]


def test_who_has_left_is_gone_by_the_time_disconnect_is_told() -> None:
    functions = FakeFunctions({"F": lambda _event: returned("")})

    async def conversation(served: SocketServed) -> None:
        socket = await served.connect()
        await socket.close()
        await until(lambda: len(functions.events) == 2)
        status, _ = await served.ask("GET", f"/prod/@connections/{connection_id(functions)}")
        assert status == 410

    talk(CHAT, functions, conversation)


def test_functions_reach_it_beside_another_interface_by_the_api_s_id() -> None:
    functions = FakeFunctions({"F": lambda _event: returned("")})

    async def conversation(served: SocketServed) -> None:
        runner = await serve(ExecuteApi(served.door, {"Chat": served.door}), "127.0.0.1", 0)
        url = f"http://127.0.0.1:{bound_port(runner)}/execute-api"
        socket = await served.connect()
        there = {"ConnectionId": connection_id(functions)}
        await call(f"{url}/chat/prod", "post_to_connection", Data="hi", **there)
        assert await socket.receive_str(timeout=30) == "hi"
        unknown = await refused(f"{url}/other/prod", "get_connection", **there)
        assert unknown == ("ForbiddenException", 403)
        async with aiohttp.ClientSession() as client, client.get(f"{url}x") as answer:
            assert json.loads(await answer.text())["message"] == "Forbidden"
        await runner.cleanup()

    talk(CHAT, functions, conversation)
