"""Data services that die or are stopped while the stack runs: what users and terminals see.

They need a stack of their own. Shorter: test_keeper.py of the emulator kills each server, and
tests/integration/api/test_faults.py asks the API without its services.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from samulator.servers.aws.client import s3_client
from testkit.http_calls import HttpCaller
from testkit.timing import wait_until
from tests.embedded_stack import EmbeddedStack, start_stack
from tests.parity.conversations import new_user, path_of

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """A stack whose servers may be killed."""
    running = start_stack(tmp_path_factory.mktemp("own"))
    yield running
    assert running.interrupt() == 0, running.output.read_text()
    assert not running.left_behind()


def doctor(stack: EmbeddedStack) -> str:
    return stack.run("samulator", "doctor").stdout.splitlines()[0]


def test_killed_database_and_search_come_back_with_every_user(own_stack: EmbeddedStack) -> None:
    call = HttpCaller(own_stack.url)
    user = new_user()
    assert call("POST", "/users/", body=user).status == 201
    own_stack.kill("postgres", until="PostgreSQL is back")
    own_stack.kill("osmem-server", until="empty at first; SearchSyncFunction ran again")
    assert call("GET", path_of(user)).json()["email"] == user["email"]

    def search() -> Any:
        return call("GET", f"/users/search?q={user['email']}").json()

    # On a busy machine the API asks PostgreSQL before the index has answered, and says so.
    wait_until(lambda: search()["degraded"] is False)
    assert [item["email"] for item in search()["items"]] == [user["email"]]


def test_killed_s3_comes_back_with_its_objects(
    own_stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    s3 = s3_client(own_stack.aws_url, "us-east-1")
    s3.put_object(Bucket="sales-landing", Key="kept.txt", Body=b"until the server dies")
    own_stack.kill("samulator.servers.aws", until="is back")
    kept = s3.get_object(Bucket="sales-landing", Key="kept.txt")["Body"].read()
    assert kept == b"until the server dies"
    file = tmp_path_factory.mktemp("sample") / "-.csv"
    file.write_text(
        "order_id,customer_id,product,quantity,price,order_date\n1,c,p,2,3.5,2024-01-05\n"
    )
    dropped = own_stack.make("drop", f"FILE={file}", "KEY=-.csv")
    assert dropped.returncode == 0, dropped.stderr
    assert "s3://sales-landing/-.csv" in dropped.stdout


def test_stopped_cache_and_search_change_no_answer_until_they_return(
    own_stack: EmbeddedStack,
) -> None:
    call = HttpCaller(own_stack.url)
    user = new_user()
    assert call("POST", "/users/", body=user).status == 201
    assert doctor(own_stack) == "Worker processes (samulator up): works"

    stopped = own_stack.make("stop", "NAME=redis")
    assert (stopped.returncode, stopped.stderr) == (0, "")
    answer = call("GET", path_of(user))
    assert answer.headers["x-cache"] == "bypass"
    assert answer.json()["email"] == user["email"]
    assert call("POST", "/users/", body=user).status == 409

    assert own_stack.run("samulator", "stop", "opensearch").returncode == 0
    other = new_user()
    assert call("POST", "/users/", body=other).status == 201
    assert call("GET", path_of(other)).json()["email"] == other["email"]
    assert call("GET", "/status/ready").json() == {
        "postgres": "up",
        "redis": "down",
        "opensearch": "down",
    }
    found = call("GET", f"/users/search?q={user['email']}").json()
    assert found["degraded"] is True
    assert [item["email"] for item in found["items"]] == [user["email"]]
    assert doctor(own_stack) == "Worker processes (samulator up): runs without redis, opensearch"

    started = own_stack.make("start", "NAME=redis")
    assert (started.returncode, started.stdout) == (0, "redis is up\n")
    assert own_stack.run("samulator", "start", "opensearch").returncode == 0
    assert doctor(own_stack) == "Worker processes (samulator up): works"
    wait_until(lambda: set(call("GET", "/status/ready").json().values()) == {"up"})
