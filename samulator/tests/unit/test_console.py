"""What the terminal shows: one readable line per happening, the raw log in a file."""

import io
import json
import re
from pathlib import Path

import pytest

from samulator.control.console import Console
from samulator.control.function_log import readable, split_stamp
from samulator.functions.failure import response_too_large
from samulator.functions.invocation import Invocation, Trigger
from samulator.http.gateway.exchange import Exchange


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def console(tmp_path: Path, screen: io.StringIO) -> Console:
    return Console(tmp_path / "logs", screen)


def kept(tmp_path: Path, function: str) -> list[str]:
    """The lines in a function's log, without their times."""
    lines = (tmp_path / "logs" / f"{function}.log").read_text().splitlines()
    return [split_stamp(line)[1] for line in lines]


def test_an_address_is_named_where_somebody_answers_alone(
    console: Console, screen: io.StringIO
) -> None:
    console.ready({}, "http://127.0.0.1:3001", {"Shop": "/shop"})
    urls = {"A": "http://127.0.0.1:3000", "B": "http://127.0.0.1:3002"}
    console.ready(urls, "http://127.0.0.1:3001", {"Shop": "/shop"})

    assert screen.getvalue().splitlines() == [
        "  Lambda endpoint       http://127.0.0.1:3001",
        "Ready. Ctrl-C stops.",
        "  API                   http://127.0.0.1:3000",
        "  B                     http://127.0.0.1:3002",
        "  Lambda endpoint       http://127.0.0.1:3001",
        "  Shop                  http://127.0.0.1:3000/shop",
        "Ready. Ctrl-C stops.",
    ]


def test_a_request_is_one_line(console: Console, screen: io.StringIO) -> None:
    console.answered(Exchange("GET", "/status", 200, 3.4, "Api", "id"))
    assert screen.getvalue()[10:] == "GET    /status  200  3 ms\n"


def test_an_http_invocation_adds_nothing_to_its_request(
    console: Console, screen: io.StringIO
) -> None:
    console.finished(Invocation("Api", "id", b'{"statusCode": 200}', trigger=Trigger.HTTP))
    assert screen.getvalue() == ""


def test_a_result_that_looks_like_an_answer_is_none_unless_http_asked(
    console: Console, screen: io.StringIO
) -> None:
    console.finished(Invocation("Etl", "id", b'{"statusCode": 200}', duration_ms=3.0))
    assert screen.getvalue()[10:] == "Etl  ok  3 ms\n"


def test_other_invocations_say_how_long_they_took(console: Console, screen: io.StringIO) -> None:
    console.finished(Invocation("Etl", "id", b"null", duration_ms=12.4, init_ms=900.0))
    assert screen.getvalue()[10:] == "Etl  ok  12 ms, cold start 900 ms\n"


def test_a_failure_names_its_error(console: Console, screen: io.StringIO) -> None:
    payload = b'{"errorType": "KeyError", "errorMessage": "\'x\'"}'
    console.finished(Invocation("Etl", "id", payload, function_error="Unhandled"))
    assert screen.getvalue()[10:] == "Etl  KeyError: 'x'\n"


def test_what_lambda_logs_of_a_failure_is_said_once(console: Console, screen: io.StringIO) -> None:
    too_large = response_too_large(7_000_000)
    assert too_large.log is not None
    console.logged("Etl", too_large.log)
    console.finished(Invocation("Etl", "id", too_large.payload, function_error="Unhandled"))
    assert screen.getvalue()[10:] == (
        "Etl  Response payload size (7000000 bytes) exceeded maximum allowed payload size "
        "(6291556 bytes).\n"
    )


def test_log_lines_are_kept_as_they_are_and_shown_readable(
    console: Console, screen: io.StringIO, tmp_path: Path
) -> None:
    line = '{"level":"INFO","message":"Initial rows: 5","service":"etl","rows":5}'
    console.logged("Etl", "START RequestId: 1 Version: $LATEST")
    console.logged("Etl", line)
    assert screen.getvalue()[10:] == "Etl  INFO Initial rows: 5 rows=5\n"
    assert kept(tmp_path, "Etl")[1] == line


def test_each_line_of_a_functions_log_carries_its_time(
    console: Console, screen: io.StringIO, tmp_path: Path
) -> None:
    console.logged("Etl", "printed")
    ((time_of_day, line),) = [
        split_stamp(each) for each in (tmp_path / "logs" / "Etl.log").read_text().splitlines()
    ]
    assert re.fullmatch(r"\d\d:\d\d:\d\d", time_of_day)
    assert line == "printed"
    assert re.match(r"\d\d:\d\d:\d\d  Etl  printed$", screen.getvalue())


def test_a_line_of_a_services_log_is_shown_without_a_time_of_ours() -> None:
    line = "2026-11-26 14:00:00.123 UTC [7] LOG: ready"
    assert split_stamp(line) == ("", line)


def test_a_traceback_is_shown_line_by_line(console: Console, screen: io.StringIO) -> None:
    record = {
        "level": "ERROR",
        "message": "unhandled error",
        "route": "GET /a",
        "traceback": 'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 7',
    }
    console.logged("Api", json.dumps(record))
    first, *more = screen.getvalue().splitlines()
    assert first[10:] == "Api  ERROR unhandled error route=GET /a"
    assert [line[10:] for line in more] == record["traceback"].splitlines()


def test_a_functions_access_log_stays_in_its_file(
    console: Console, screen: io.StringIO, tmp_path: Path
) -> None:
    line = '{"level":"INFO","message":"request","method":"GET","route":"GET /a","status":200}'
    console.logged("Api", line)
    console.logged("Api", line.replace("INFO", "ERROR"))
    assert screen.getvalue().count("request") == 1
    assert len(kept(tmp_path, "Api")) == 2


@pytest.mark.parametrize("line", ["plain text", "{not json", '{"no": "message"}'])
def test_what_is_not_a_log_record_is_shown_as_it_is(line: str) -> None:
    assert readable(line) == line


def test_metrics_stay_off_the_terminal() -> None:
    assert readable('{"_aws": {"Timestamp": 1}, "Requests": 1}') is None


def test_an_unhandled_error_is_not_buried_under_the_runtimes_advice(
    console: Console, screen: io.StringIO, tmp_path: Path
) -> None:
    """Both lines as awslambdaric writes them."""
    advice = "[WARNING]\t2026-11-23T17:26:34.975Z\t\tLAMBDA_WARNING: Unhandled exception. The most"
    error = "[ERROR] Runtime.UserCodeSyntaxError: Syntax error in module 'web': (web.py, line 4)"
    console.logged("Web", advice)
    console.logged("Web", error)
    assert screen.getvalue()[10:] == f"Web  {error}\n"
    assert kept(tmp_path, "Web") == [advice, error]


def test_an_unhandled_error_in_json_is_shown_as_one_in_text(
    console: Console, screen: io.StringIO
) -> None:
    """Both records as awslambdaric writes them where LoggingConfig asks for JSON."""
    frames = ['  File "/app/web.py", line 4, in handler\n    raise KeyError("a")\n']
    error = {"level": "ERROR", "errorMessage": "'a'", "errorType": "KeyError", "requestId": "1"}
    advice = {"level": "WARNING", "message": "LAMBDA_WARNING: Unhandled exception. The most"}
    console.logged("Web", json.dumps(advice))
    console.logged("Web", json.dumps({**error, "stackTrace": frames}))
    console.logged("Init", json.dumps({**error, "stackTrace": []}))
    assert [line[10:] for line in screen.getvalue().splitlines()] == [
        "Web  [ERROR] KeyError: 'a'",
        "Traceback (most recent call last):",
        '  File "/app/web.py", line 4, in handler',
        '    raise KeyError("a")',
        "Init  [ERROR] KeyError: 'a'",
    ]


def test_a_functions_own_warning_is_shown() -> None:
    line = "[WARNING]\t2026-11-23T17:26:34.975Z\tid\tthe text LAMBDA_WARNING: is mine"
    assert readable(line) == line


def test_a_log_that_cannot_be_written_is_said_once_and_stops_nothing(
    console: Console, screen: io.StringIO, tmp_path: Path
) -> None:
    folder = tmp_path / "logs"
    folder.touch()
    console.logged("Web", "one")
    console.logged("Web", "two")
    folder.unlink()
    console.logged("Web", "three")
    assert screen.getvalue().count("Web's log in") == 1
    assert [line.split()[-1] for line in screen.getvalue().splitlines()[1:]] == [
        "one",
        "two",
        "three",
    ]
    assert kept(tmp_path, "Web") == ["three"]
