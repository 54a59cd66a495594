"""A chat like AWS's own example, in workers beside a table, with a real client."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from samulator import AppThread, FunctionFailed, run_in_thread
from testkit.web_socket import Socket

APP = Path(__file__).parents[1] / "chat_app"
SECONDS = 120
Connect = Callable[..., Awaitable[Socket]]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppThread]:
    folder = tmp_path_factory.mktemp("chat") / "app"
    shutil.copytree(APP, folder)
    with run_in_thread(folder) as app:
        yield app


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppThread]:
    """The same, with the roles of its functions judged."""
    folder = tmp_path_factory.mktemp("judged") / "app"
    shutil.copytree(APP, folder)
    (folder / "local.toml").write_text("iam = true\n")
    with run_in_thread(folder) as app:
        yield app


def talk(chat: AppThread, conversation: Callable[[Connect], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as client:

            async def connect(token: str = "friend") -> Socket:
                return await client.ws_connect(f"{chat.urls['Chat']}?token={token}")

            await conversation(connect)

    asyncio.run(run())


def rows(chat: AppThread) -> list[str]:
    table = chat.environment("Talk")["TABLE_NAME"]
    items = chat.client("dynamodb").scan(TableName=table)["Items"]
    return [item["connectionId"]["S"] for item in items]


async def heard(socket: Socket) -> str:
    return await socket.receive_str(timeout=SECONDS)


def test_a_message_reaches_everybody_who_is_connected(chat: AppThread) -> None:
    async def conversation(connect: Connect) -> None:
        one, two = await connect(), await connect()
        await one.send_str(json.dumps({"action": "sendmessage", "data": "hello"}))
        assert [await heard(one), await heard(two)] == ["hello", "hello"]
        await one.send_str('{"action": "count"}')
        assert await heard(one) == "2"
        await two.close()
        await gone_from_the_table(1)
        await one.send_str(json.dumps({"action": "sendmessage", "data": "alone"}))
        assert await heard(one) == "alone"
        # The template's own endpoint leads here too, and nobody is gone.
        answered = await asyncio.to_thread(chat.invoke, "Talk", {"text": "to all"})
        assert json.loads(answered["body"]) == {"gone": 0}
        assert await heard(one) == "to all"
        await one.close()

    async def gone_from_the_table(left: int) -> None:
        while len(await asyncio.to_thread(rows, chat)) != left:
            await asyncio.sleep(0.05)

    talk(chat, conversation)
    assert chat.urls["Chat"].startswith("ws://127.0.0.1:")
    assert "WS     /Prod $connect  101" in chat.output


def test_who_may_not_come_in_is_refused_by_the_authorizer(chat: AppThread) -> None:
    async def conversation(connect: Connect) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await connect("stranger")
        assert refused.value.status == 403

    talk(chat, conversation)


def test_a_connection_that_is_gone_is_a_gone_exception_to_functions(chat: AppThread) -> None:
    client = chat.client("dynamodb")
    table = chat.environment("Talk")["TABLE_NAME"]
    client.put_item(TableName=table, Item={"connectionId": {"S": "AAAAAAAAAAAAAAA="}})
    answered = chat.invoke("Talk", {"text": "anybody?"})

    assert json.loads(answered["body"])["gone"] >= 1
    assert "AAAAAAAAAAAAAAA=" not in rows(chat)


def test_new_code_leaves_connections_as_they_are(chat: AppThread) -> None:
    code = chat.running.application.functions["Talk"].code_uri / "chat.py"

    async def conversation(connect: Connect) -> None:
        socket = await connect()
        code.write_text(code.read_text().replace("Data=text", 'Data=text + "!"'))
        while "Talk  reloaded" not in chat.output:
            await asyncio.sleep(0.05)
        await socket.send_str(json.dumps({"action": "sendmessage", "data": "still here"}))
        assert await heard(socket) == "still here!"
        await socket.close()

    talk(chat, conversation)


def test_a_role_says_who_may_post_to_connections(judged: AppThread) -> None:
    async def conversation(connect: Connect) -> None:
        socket = await connect()
        await socket.send_str(json.dumps({"action": "sendmessage", "data": "hello"}))
        assert await heard(socket) == "hello"
        with pytest.raises(FunctionFailed) as refused:
            await asyncio.to_thread(judged.invoke, "Unable", {"text": "never"})
        error = json.loads(str(refused.value))
        assert error["errorMessage"].startswith(
            "An error occurred (AccessDeniedException) when calling the PostToConnection operation:"
            " User: arn:aws:sts::123456789012:assumed-role/UnableRole/Unable is not authorized to "
            "perform: execute-api:ManageConnections on resource: "
            "arn:aws:execute-api:us-east-1:123456789012:Chat/Prod/POST/@connections/"
        )
        await socket.close()

    talk(judged, conversation)
