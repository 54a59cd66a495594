"""The whole system as a user meets it: make up's command, HTTP, a dropped file, Ctrl-C."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from samulator.servers.aws.client import s3_client
from testkit.http_calls import HttpCaller
from testkit.ports import reserve_ports
from testkit.timing import wait_until
from tests.embedded_stack import END_SECONDS, ROOT, EmbeddedStack, environment_for, start_stack
from tests.parity.conversations import new_user, path_of

REPORT_SECONDS = 120.0


def wait_for_report(stack: EmbeddedStack, key: str = "report.json") -> dict[str, object]:
    s3 = s3_client(stack.aws_url, "us-east-1")
    deadline = time.monotonic() + REPORT_SECONDS
    while time.monotonic() < deadline:
        try:
            report = json.load(s3.get_object(Bucket="sales-processed", Key=key)["Body"])
            if report["status"] != "publishing":
                return report
        except s3.exceptions.NoSuchKey:
            pass
        time.sleep(0.1)
    raise AssertionError(f"no {key}: {stack.output.read_text()}")


def found_by_the_index(call: HttpCaller, text: str) -> dict[str, Any]:
    """On a busy machine the API asks PostgreSQL before the index has answered, and says so."""
    found: dict[str, Any] = {}

    def search() -> bool:
        found.update(call("GET", f"/users/search?q={text}").json())
        return found["degraded"] is False

    wait_until(search)
    return found


# Two starts. In make test the shared stack leaves nothing behind, and the emulator's test_keeper.py
# and test_killed_stack.py kill services and start again on what a stack has kept.
@pytest.mark.long
def test_users_survive_a_restart_and_nothing_is_left_behind(tmp_path: Path) -> None:
    """Each stop comes while a killed service is about to start again, one of them impatiently."""
    ports = reserve_ports()
    first = start_stack(tmp_path, ports)
    user = new_user()
    assert HttpCaller(first.url)("POST", "/users/", body=user).status == 201
    first.kill("postgres", until="PostgreSQL was killed by SIGKILL; starts again")
    assert first.interrupt_impatiently() == 0
    assert not first.left_behind()

    second = start_stack(tmp_path, ports)
    call = HttpCaller(second.url)
    assert call("GET", path_of(user)).json()["email"] == user["email"]
    found = found_by_the_index(call, user["email"])
    assert [item["email"] for item in found["items"]] == [user["email"]]
    second.kill("samulator.servers.aws", until="AWS services was killed by SIGKILL; starts again")
    down = second.run("samulator", "down")
    assert (down.returncode, down.stdout) == (0, "Stopped.\n")
    assert second.process.wait(END_SECONDS) == 0
    assert not second.left_behind()


@pytest.mark.long
def test_a_stop_in_the_middle_of_the_start_is_quick_and_whole(tmp_path: Path) -> None:
    starting = start_stack(tmp_path, until="MigrateFunction  ok")
    assert starting.interrupt() == 0
    assert not starting.left_behind()
    assert "Ready." not in starting.output.read_text()


def test_a_taken_port_is_one_line_naming_holder_and_variable(tmp_path: Path) -> None:
    ports = reserve_ports()
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", ports.api))
        holder.listen()
        result = subprocess.run(
            [sys.executable, "-m", "samulator", "up"],
            cwd=ROOT,
            env=environment_for(ports, tmp_path),
            capture_output=True,
            text=True,
            timeout=END_SECONDS,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"port {ports.api}" in result.stderr
    assert f"(pid {os.getpid()})" in result.stderr
    assert "LOCAL_API_PORT" in result.stderr


def test_a_second_stack_in_the_same_folder_is_refused(stack: EmbeddedStack) -> None:
    result = stack.run("samulator", "up")
    assert result.returncode == 1
    assert "already running" in result.stderr


def test_a_dropped_sample_is_cleaned_and_reported(stack: EmbeddedStack, tmp_path: Path) -> None:
    sample = tmp_path / "raw.csv"
    subprocess.run([sys.executable, "-m", "samples", str(sample)], cwd=ROOT, check=True)
    result = stack.run("client.drop", str(sample))
    assert result.returncode == 0, result.stderr
    assert "5,200" in result.stdout
    assert "4,680" in result.stdout
    address = result.stdout.rpartition("open in a browser: ")[2].strip()
    with urllib.request.urlopen(address, timeout=END_SECONDS) as page:
        assert page.headers["Content-Type"].startswith("text/html")
        assert "5,200" in page.read().decode()
    s3 = s3_client(stack.aws_url, "us-east-1")
    keys = {item["Key"] for item in s3.list_objects_v2(Bucket="sales-processed")["Contents"]}
    assert keys >= {
        "processed_output.csv",
        "processed_output.parquet",
        "rejected_rows.csv",
        "report.json",
    }


def test_a_put_by_plain_boto3_fires_the_function_too(stack: EmbeddedStack) -> None:
    s3 = s3_client(stack.aws_url, "us-east-1")
    body = b"order_id,customer_id,product,quantity,price,order_date\n1,c,p,2,3.5,2024-01-05\n"
    s3.put_object(Bucket="sales-landing", Key="by hand/a+b.csv", Body=body)
    report = wait_for_report(stack, "by hand/a+b/report.json")
    assert (report["rows_in"], report["rows_out"]) == (1, 1)


def test_a_refused_file_fails_the_drop_with_its_reason(
    stack: EmbeddedStack, tmp_path: Path
) -> None:
    file = tmp_path / "no_date.csv"
    file.write_text("order_id,customer_id,product,quantity,price\n1,c,p,2,3.5\n")
    result = stack.run("client.drop", str(file))
    assert result.returncode == 2
    assert "order_date" in result.stderr
    assert "/no_date/report.html?" in result.stdout.partition("open in a browser: ")[2]


def test_a_file_of_which_no_row_is_left_is_warned_of_with_the_reasons(
    stack: EmbeddedStack, tmp_path: Path
) -> None:
    file = tmp_path / "lost.csv"
    header = "order_id,customer_id,product,quantity,price,order_date\n"
    file.write_text(header + "1,c,p,2,3.5,31.12.2024\n2,c,p,x,3.5,2024-12-31\n")
    result = stack.run("client.drop", str(file))
    assert result.returncode == 3
    assert result.stderr == (
        "lost.csv: None of the 2 rows was kept.\n"
        "lost.csv: 1 of 2 rows (50.0%) were dropped for one reason: invalid_quantity.\n"
        "lost.csv: 1 of 2 rows (50.0%) were dropped for one reason: invalid_order_date.\n"
    )
    assert result.stdout.startswith("warned: ")
    assert "lost/report.json" in result.stdout or "lost/report.html" in result.stdout


def test_every_listed_dataset_opens_itself_by_its_name_whatever_its_key(
    stack: EmbeddedStack,
) -> None:
    s3 = s3_client(stack.aws_url, "us-east-1")
    keys = ["50%25.csv", "50%.csv", "what?.csv", "uploads.csv", "/lead//ing.csv", "a\\b\t.csv"]
    header = b"order_id,customer_id,product,quantity,price,order_date\n"
    for key in keys:
        s3.put_object(Bucket="sales-landing", Key=key, Body=header + b"1,c,p,2,3.5,2024-01-05\n")
    for key in keys:
        wait_for_report(stack, f"{key.removesuffix('.csv')}/report.json")
    call = HttpCaller(stack.url)

    def listed() -> dict[str, str]:
        items = call("GET", "/datasets/?limit=100").json()["items"]
        return {item["source_key"]: item["name"] for item in items}

    wait_until(lambda: listed().keys() >= set(keys))
    names = listed()
    for key in keys:
        opened = call("GET", f"/datasets/{quote(names[key], safe='')}")
        assert opened.json()["report"]["source"]["key"] == key


def test_a_file_that_nothing_cleans_is_put_without_waiting(
    stack: EmbeddedStack, tmp_path: Path
) -> None:
    file = tmp_path / "_source.json"
    file.write_text("{}")
    result = stack.run("client.drop", str(file), "--key", "described/_source.json")
    assert result.returncode == 0, result.stderr
    assert "s3://sales-landing/described/_source.json counts for every .csv" in result.stdout


def test_a_function_is_invoked_from_the_command_line(stack: EmbeddedStack) -> None:
    result = stack.run("samulator", "invoke", "UsersApiFunction", "-e", "events/http_status.json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["statusCode"] == 200
    unknown = stack.run("samulator", "invoke", "Nobody", "-e", "events/http_status.json")
    assert unknown.returncode == 1
    assert "Nobody" in unknown.stderr


def test_logs_are_listed_and_shown(stack: EmbeddedStack) -> None:
    HttpCaller(stack.url)("GET", "/status")
    assert "UsersApiFunction" in stack.run("samulator", "logs").stdout.split()
    assert "REPORT RequestId" in stack.run("samulator", "logs", "UsersApiFunction").stdout
    missing = stack.run("samulator", "logs", "Nobody")
    assert missing.returncode == 1
    assert "UsersApiFunction" in missing.stderr


FUNCTIONS = {
    "http": "UsersApiFunction",
    "migrate": "MigrateFunction",
    "schedule": "SearchSyncFunction",
    "search": "SearchSyncFunction",
    "s3": "SalesEtlFunction",
    "sqs": "SalesEtlFunction",
    "eventbridge": "SalesEtlFunction",
}


@pytest.mark.parametrize("event", sorted((ROOT / "events").glob("*.json")), ids=lambda e: e.stem)
def test_every_event_file_is_taken_by_its_function(stack: EmbeddedStack, event: Path) -> None:
    kind = event.stem.split("_")[0]
    function = FUNCTIONS.get(kind, f"{kind.capitalize()}Function")
    client = boto3.client(
        "lambda",
        endpoint_url=stack.lambda_url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    answer = client.invoke(FunctionName=function, Payload=event.read_bytes())
    payload = json.load(answer["Payload"])
    assert "FunctionError" not in answer, payload
    assert payload.get("statusCode", 200) < 500
