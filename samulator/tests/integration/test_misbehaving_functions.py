"""Functions that fail in every way: each gives what Lambda gives, and the next request works."""

import json
import os
import re

import pytest

from testkit.other_app_runner import OtherApp
from testkit.timing import is_gone, wait_until

FUNCTION = "MisbehavingFunction"
WITHOUT_LIST = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
"""


def misbehave(app: OtherApp, how: str) -> tuple[str | None, dict]:
    """Invoke, then show that the next request works; return the error header and object."""
    invocation = app.invoke(FUNCTION, {"how": how})
    following = app.invoke(FUNCTION, {"how": "well"})
    assert following.function_error is None
    return invocation.function_error, json.loads(invocation.payload)


def test_exception_gives_type_message_and_stack_trace(other_app):
    header, error = misbehave(other_app, "exception")

    assert header == "Unhandled"
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no such luck")
    assert re.fullmatch(r"[0-9a-f-]{36}", error["requestId"])
    assert 'raise ValueError("no such luck")' in error["stackTrace"][-1]
    assert "awslambdaric" not in "".join(error["stackTrace"])


def test_exception_with_a_long_message_arrives_whole(other_app):
    _, error = misbehave(other_app, "long_exception")

    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "ü" * 50_000)


def test_a_record_behind_a_logged_traceback_is_a_line_of_its_own(other_app):
    log = other_app.invoke(FUNCTION, {"how": "logs_an_exception"}).log_tail.decode()

    _, _, following = log.partition("\nValueError: no such luck\n")
    assert following.startswith("[WARNING]\t")
    assert following.splitlines()[0].endswith("\twhat follows")


@pytest.mark.parametrize(
    ("how", "error_type", "message"),
    [
        ("exit_at_once", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("sys_exit", "Runtime.ExitError", "Runtime exited without providing a reason"),
        ("segfault", "Runtime.ExitError", "Runtime exited with error: signal: segmentation fault"),
        ("hang", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
    ],
)
def test_worker_that_dies_gives_lambdas_error(other_app, how, error_type, message):
    header, error = misbehave(other_app, how)

    assert header == "Unhandled"
    assert error["errorType"] == error_type
    assert re.fullmatch(
        r"RequestId: [0-9a-f-]{36} Error: " + re.escape(message), error["errorMessage"]
    )


def test_function_over_its_memory_is_killed(other_app):
    invocation = other_app.invoke("GreedyFunction", {"how": "eat_memory"})

    error = json.loads(invocation.payload)
    assert error["errorType"] == "Runtime.OutOfMemory"
    assert error["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert invocation.max_memory > 256
    assert other_app.invoke("GreedyFunction", {"how": "well"}).function_error is None


def test_result_that_is_no_json_gives_a_marshal_error(other_app):
    header, error = misbehave(other_app, "unserialisable")

    assert (header, error["errorType"]) == ("Unhandled", "Runtime.MarshalError")
    assert "set is not JSON serializable" in error["errorMessage"]


def test_response_over_6_mb_gives_lambdas_error(other_app):
    before = json.loads(other_app.invoke(FUNCTION, {"how": "well"}).payload)["body"]
    invocation = other_app.invoke(FUNCTION, {"how": "seven_megabytes"})
    after = json.loads(other_app.invoke(FUNCTION, {"how": "well"}).payload)["body"]
    error = json.loads(invocation.payload)

    assert (invocation.function_error, error["errorType"]) == (
        "Unhandled",
        "Function.ResponseSizeTooLarge",
    )
    said = "exceeded maximum allowed payload size (6291556 bytes)."
    assert error["errorMessage"].endswith(said)
    assert invocation.log_tail.count(said.encode()) == 1
    # No runtime client that ends with a traceback: the worker goes on.
    assert after == before


def test_timeout_kills_what_the_function_started(other_app):
    invocation = other_app.invoke(FUNCTION, {"how": "hang"})

    assert invocation.status == "timeout"
    assert invocation.duration_ms >= 1000
    pid = int(re.search(rb"about to hang with (\d+)", invocation.log_tail)[1])
    wait_until(lambda: is_gone(pid), f"{pid} still runs")


def test_worker_is_reused_until_it_dies(other_app):
    pids = [
        json.loads(other_app.invoke(FUNCTION, {"how": "well"}).payload)["body"] for _ in range(3)
    ]
    other_app.invoke(FUNCTION, {"how": "exit_at_once"})
    after = json.loads(other_app.invoke(FUNCTION, {"how": "well"}).payload)["body"]

    assert len(set(pids)) == 1
    assert after != pids[0]


def test_worker_killed_from_outside_is_replaced(other_app):
    pid = int(json.loads(other_app.invoke(FUNCTION, {"how": "well"}).payload)["body"])
    os.kill(pid, 9)
    wait_until(lambda: pid not in other_app.workers_of(FUNCTION))

    assert other_app.invoke(FUNCTION, {"how": "well"}).function_error is None


def test_exception_at_import_gives_its_traceback_to_every_request(other_app):
    for _ in range(2):
        invocation = other_app.invoke("CrashingAtImportFunction")

        error = json.loads(invocation.payload)
        assert (error["errorType"], error["errorMessage"]) == ("RuntimeError", "broken at import")
        assert 'raise RuntimeError("broken at import")' in error["stackTrace"][-1]
        assert b"importing\n" in invocation.log_tail
        assert b"[ERROR] RuntimeError: broken at import" in invocation.log_tail


def test_failed_import_is_answered_as_by_lambda_and_traced_in_the_log(other_app):
    invocation = other_app.invoke("FailingImportFunction")

    error = json.loads(invocation.payload)
    assert (error["errorType"], error["stackTrace"]) == ("Runtime.ImportModuleError", [])
    traced, _, reported = invocation.log_tail.decode().partition("[ERROR] Runtime.ImportModuleE")
    assert "importlib" not in traced
    places = re.findall(r'File ".*/(\w+\.py)", line (\d+), in <module>', traced)
    assert places == [("importing.py", "3"), ("missing_name.py", "3")]
    assert "ImportError: cannot import name 'nothing_of_this_name' from 'json'" in traced
    assert "Unable to import module 'importing': cannot import name" in reported


def test_a_package_that_no_list_names_is_explained_in_the_log(tmp_path):
    (tmp_path / "uv.lock").touch()
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("import no_package_of_this_name\n")
    (tmp_path / "template.yaml").write_text(WITHOUT_LIST)
    running = OtherApp(tmp_path / "template.yaml")
    try:
        unlisted = running.invoke("F").log_tail.decode()
        (tmp_path / "src/requirements.txt").touch()
        listed = running.invoke("F").log_tail.decode()
    finally:
        running.close()

    said = f"no_package_of_this_name is not installed, for {tmp_path}/src has no requirements.txt"
    assert said in unlisted
    assert f"; {tmp_path}/uv.lock is not read: put what `uv export --no-dev` prints" in unlisted
    assert "Unable to import module 'app': No module named 'no_package_of_this_name'" in listed
    assert said not in listed


def test_a_module_that_may_be_in_a_layer_which_is_not_here_is_told_so(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("import no_package_of_this_name\n")
    (tmp_path / "template.yaml").write_text(
        WITHOUT_LIST.replace("Runtime:", "Layers: [!ImportValue net-Common], Runtime:")
    )
    running = OtherApp(tmp_path / "template.yaml")
    try:
        log = running.invoke("F").log_tail.decode()
    finally:
        running.close()

    said = "no_package_of_this_name may be in what is left out here: layer net-Common\n"
    assert said in log
    assert "requirements.txt" not in log


def test_a_handler_whose_file_is_gone_is_explained_in_the_log(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "template.yaml").write_text(WITHOUT_LIST)
    running = OtherApp(tmp_path / "template.yaml")
    try:
        log = running.invoke("F").log_tail.decode()
    finally:
        running.close()

    assert f"the Handler is app.handler, and {tmp_path}/src has no app.py\n" in log
    assert "is not installed" not in log


def test_syntax_error_names_file_and_line(other_app):
    error = json.loads(other_app.invoke("BadSyntaxFunction").payload)

    assert error["errorType"] == "Runtime.UserCodeSyntaxError"
    assert "bad_syntax.py, line 4" in error["errorMessage"]


def test_exit_at_import_gives_the_exit_status(other_app):
    error = json.loads(other_app.invoke("ExitingAtImportFunction").payload)

    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("Runtime exited with error: exit status 7")


def test_log_has_start_end_report_and_what_the_function_printed(other_app):
    other_app.invoke(FUNCTION, {"how": "well"})
    invocation = other_app.invoke(FUNCTION, {"how": "well"})

    start, printed, end, report = invocation.log_tail.decode().splitlines()
    assert start == f"START RequestId: {invocation.request_id} Version: $LATEST"
    assert printed == "all is well"
    assert end == f"END RequestId: {invocation.request_id}"
    pattern = (
        r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\t"
        r"Memory Size: 256 MB\tMax Memory Used: [1-9]\d* MB"
    )
    assert re.fullmatch(pattern, report)


def test_log_tail_is_the_last_4_kib_and_complete(other_app):
    tail = other_app.invoke(FUNCTION, {"how": "chatter"}).log_tail

    assert len(tail) == 4096
    assert b"line 1999\nEND RequestId" in tail


def test_report_names_the_error_of_a_dead_worker(other_app):
    tail = other_app.invoke(FUNCTION, {"how": "exit_at_once"}).log_tail

    assert tail.endswith(b"Status: error\tError Type: Runtime.ExitError\n")
