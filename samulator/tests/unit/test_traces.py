"""Traces: what the X-Ray daemon takes, how it is put together, and how a waterfall looks."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from samulator.cli.traces import older_than
from samulator.functions.tracing import TRACES_FILE, FunctionSegment, continued
from samulator.traces import journal as journals
from samulator.traces.daemon import XRayDaemon
from samulator.traces.journal import Journal
from samulator.traces.segment import InvalidSegment, segments
from samulator.traces.tree import Trace, traces
from samulator.traces.waterfall import duration, heading, waterfall

TRACE = "1-67000000-000000000000000000000001"
HEADER = b'{"format": "json", "version": 1}\n'


def document(number: int, name: str, start: float, end: float | None = None, **more: object):
    """A segment whose times are milliseconds from a moment of 2024."""
    moment = 1728000000
    return {
        "trace_id": TRACE,
        "id": f"{number:016x}",
        "name": name,
        "start_time": moment + start / 1000,
        **({"in_progress": True} if end is None else {"end_time": moment + end / 1000}),
        **more,
    }


def below(number: int) -> dict[str, str]:
    return {"type": "subsegment", "parent_id": f"{number:016x}"}


def tree(*documents: Mapping[str, object]) -> Trace:
    (found,) = traces([each for one in documents for each in segments(one)])
    return found


def rows(trace: Trace) -> list[tuple[int, str]]:
    return [(depth, segment.name) for depth, segment in trace.walk()]


REQUEST = (
    document(3, "Redis", 10, 22, **below(2)),
    document(1, "Api", 0, 100),
    document(4, "PostgreSQL", 30, 90, **below(2)),
    document(2, "GET /users", 5, 95, **below(1)),
)


def test_segments_that_came_in_any_order_are_a_tree_by_the_time_they_began():
    assert rows(tree(*REQUEST)) == [(0, "Api"), (1, "GET /users"), (2, "Redis"), (2, "PostgreSQL")]


def test_subsegments_inside_a_document_are_as_those_sent_by_themselves():
    inner = {"id": f"{2:016x}", "name": "DynamoDB", "start_time": 1, "end_time": 2}
    assert rows(tree(document(1, "Api", 0, 100, subsegments=[inner]))) == [
        (0, "Api"),
        (1, "DynamoDB"),
    ]


def test_a_segment_whose_parent_is_lost_is_shown_at_the_top():
    assert rows(tree(document(1, "Api", 0, 9), document(2, "S3", 3, 4, **below(7)))) == [
        (0, "Api"),
        (0, "S3"),
    ]


def test_segments_inside_each_other_are_shown_once():
    first, second = document(1, "A", 0, 1, **below(2)), document(2, "B", 0, 1, **below(1))
    assert rows(tree(first, second)) == [(0, "A"), (1, "B")]


def test_a_segment_that_went_on_counts_as_it_ended():
    (_, only), *more = tree(document(1, "Api", 0), document(1, "Api", 0, 30, fault=True)).walk()
    assert not more
    assert only.failure == "fault"
    assert only.end is not None


def test_bars_lie_where_their_time_does():
    drawn = list(waterfall(tree(*REQUEST), 58, mark="#"))
    assert drawn[1:] == [
        "Api             ##############################    100 ms",
        "  GET /users     ###########################       90 ms",
        "    Redis          ####                            12 ms",
        "    PostgreSQL           ##################        60 ms",
    ]


def test_a_pause_is_said_and_the_scale_begins_anew():
    later = document(5, "Sync", 30_100, 30_120, **below(1))
    drawn = list(waterfall(tree(*REQUEST, later), 58, mark="#"))
    assert drawn[-2] == "  30.0 s later"
    assert drawn[-1].count("#") == 30
    assert "120 ms" in drawn[0]


def test_a_failure_and_what_a_segment_did_are_beside_it():
    failed = document(1, "S3", 0, 5, aws={"operation": "GetObject"}, error=True)
    row = list(waterfall(tree(failed), 60))[-1]
    assert row.startswith("S3 GetObject ")
    assert row.endswith("5.00 ms  error")


def test_a_name_cannot_move_the_cursor():
    shown = "\n".join(waterfall(tree(document(1, "\x1b[2J\r", 0, 1)), 60))
    assert "\x1b" not in shown
    assert "\r" not in shown


@pytest.mark.parametrize("width", [1, 20, 40, 200])
def test_every_row_fits_where_there_is_room_and_is_shown_where_there_is_none(width: int):
    drawn = list(waterfall(tree(*REQUEST), width))[1:]
    assert len(drawn) == 4
    assert all(len(row) <= max(width, 36) for row in drawn)


def test_a_trace_is_found_by_its_id_or_an_annotation():
    trace = tree(document(1, "Api", 0, 1, annotations={"request_id": "abc"}))
    assert [trace.answers_to(text) for text in (TRACE[:10], "abc", "ab")] == [True, True, False]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00042, "0.42 ms"), (0.012, "12 ms"), (3.42, "3.4 s"), (95, "95 s")],
)
def test_durations_are_as_people_read_them(seconds: float, text: str):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    "refused",
    [
        [],
        {},
        document(1, "", 0, 1),
        document(1, "A", 0, 1) | {"trace_id": "1-2"},
        document(1, "A", 0, 1) | {"id": "x"},
        document(1, "A", 0, 1) | {"start_time": "now"},
        document(1, "A", 0, 1, subsegments=[1]),
        {**document(1, "A", 0), "in_progress": False},
    ],
)
def test_what_x_ray_would_not_take_is_refused(refused: object):
    with pytest.raises(InvalidSegment):
        list(segments(refused))


def test_a_daemon_keeps_what_is_sent_by_udp(tmp_path: Path):
    kept, heard = asyncio.Event(), []

    class Telling(Journal):
        def add(self, document: object) -> None:
            super().add(document)
            kept.set()

    journal = Telling(tmp_path / "traces.jsonl")

    async def send() -> None:
        daemon = XRayDaemon(journal, heard.append)
        host, port = (await daemon.start()).split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(HEADER + json.dumps(REQUEST[1]).encode(), (host, int(port)))
        async with asyncio.timeout(20):
            await kept.wait()
        daemon.close()

    asyncio.run(send())
    assert [segment.name for segment in journal.read()] == ["Api"]
    assert heard == []


@pytest.mark.parametrize("datagram", [b"", b"T1Sabcd", HEADER, HEADER + b"{}", b"[]\n{}", b"\xff"])
def test_what_is_no_segment_is_said_once_and_kept_from_the_file(tmp_path: Path, datagram: bytes):
    heard: list[str] = []
    daemon = XRayDaemon(Journal(tmp_path / "traces.jsonl"), heard.append)
    daemon.take(datagram)
    daemon.take(datagram)
    assert len(heard) == 1
    assert not list(tmp_path.iterdir())


def test_a_disk_that_takes_nothing_is_said_once(tmp_path: Path):
    heard: list[str] = []
    (tmp_path / "file").touch()
    daemon = XRayDaemon(Journal(tmp_path / "file" / "traces.jsonl"), heard.append)
    daemon.keep(REQUEST[0])
    daemon.keep(REQUEST[0])
    assert len(heard) == 1
    assert str(tmp_path) in heard[0]


def test_the_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journals, "_MOST_BYTES", 1000)
    journal = Journal(tmp_path / "traces.jsonl")
    for number in range(50):
        journal.add(document(number, "Api", number, number + 1))
    kept = [int(segment.id, 16) for segment in journal.read()]
    assert kept == list(range(kept[0], 50))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3000


def test_readers_see_whole_lines_while_it_is_written(tmp_path: Path):
    journal = Journal(tmp_path / "traces.jsonl")

    def write() -> None:
        for number in range(200):
            journal.add(document(number, "Api", number, number + 1))

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        assert {segment.name for segment in journal.read()} <= {"Api"}
    assert len(list(journal.read())) == 200


def test_a_traced_function_is_part_of_its_callers_trace():
    caller = continued(None, is_active=True)
    called = continued(str(caller), is_active=False)
    assert (called.root, called.parent_id, called.is_sampled) == (
        caller.root,
        caller.segment_id,
        True,
    )
    ended = FunctionSegment(called, "f", "id").ended(b"{}", b"", failed=True)
    (segment,) = segments(ended)
    assert (segment.parent_id, segment.failure) == (caller.segment_id, "fault")


@pytest.mark.parametrize("header", [None, "", "Root=1-2-3;Parent=4;Sampled=?", "nonsense", ";=;"])
def test_a_header_that_is_none_begins_a_trace_of_its_own(header: str | None):
    begun = continued(header, is_active=False)
    assert not begun.is_sampled
    assert begun.parent_id is None
    assert list(segments(FunctionSegment(begun, "f", "id").ended(b"", b"", failed=False)))


def invoked(event: object, answer: object = None) -> Trace:
    """The trace of a function that got `event` and gave `answer`."""
    segment = FunctionSegment(continued(None, is_active=True), "F", "id")
    return tree(
        segment.ended(json.dumps(event).encode(), json.dumps(answer).encode(), failed=False)
    )


def of_s3(key: str) -> dict[str, object]:
    return {"s3": {"bucket": {"name": "landing"}, "object": {"key": key}}}


def queued(body: object) -> dict[str, object]:
    return {"body": json.dumps(body), "eventSourceARN": "arn:aws:sqs:us-east-1:1:orders"}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (
            {"requestContext": {"http": {"method": "GET", "path": "/users/a@b.c"}}},
            "GET /users/a@b.c 201",
        ),
        ({"httpMethod": "POST", "path": "/users"}, "POST /users 201"),
        ({"Records": [of_s3("a+b.csv"), of_s3("a+b.csv")]}, "landing/a b.csv"),
        ({"Records": [queued({"Records": [of_s3("a.csv")]})]}, "landing/a.csv"),
        ({"Records": [queued("hello")]}, "orders"),
        (
            {
                "Records": [
                    {"Sns": {"Message": "hello", "TopicArn": "arn:aws:sns:us-east-1:1:news"}}
                ]
            },
            "news",
        ),
        (
            {"Records": [of_s3(f"{i}.csv") for i in range(5)]},
            "landing/0.csv, landing/1.csv, landing/2.csv, 2 more",
        ),
        ({"detail-type": "Scheduled Event", "detail": {}}, "Scheduled Event"),
        (
            {
                "detail-type": "Object Created",
                "detail": {"bucket": {"name": "b"}, "object": {"key": "k+"}},
            },
            "b/k+",
        ),
    ],
)
def test_the_list_says_what_a_function_was_called_for(event: object, told: str):
    assert f"  F {told}  1 span" in heading(invoked(event, {"statusCode": 201}))


@pytest.mark.parametrize("event", [None, [], "x", {"Records": [None, 3]}, {"Records": {"s3": 1}}])
def test_an_event_of_no_known_form_is_listed_by_its_function_alone(event: object):
    assert "  F  1 span" in heading(invoked(event))


def test_a_trace_is_found_by_the_file_that_it_is_of():
    assert invoked({"Records": [of_s3("a.csv")]}).answers_to("landing/a.csv")


def test_the_list_says_how_a_function_says_that_it_ended():
    ended = [
        document(number, "file", number, 9, annotations={"status": status}, **below(1))
        for number, status in enumerate(("succeeded", "refused", "succeeded"), 2)
    ]
    trace = tree(document(1, "Etl", 0, 100), *ended)
    assert "  Etl  succeeded, refused  4 spans" in heading(trace)
    assert list(waterfall(trace, 60))[2].startswith("  file succeeded ")


def test_the_path_of_a_request_to_another_host_is_shown_without_its_query():
    request = {"method": "GET", "url": "https://api.example.com/items?key=1"}
    http = {"request": request, "response": {"status": 404}}
    row = list(waterfall(tree(document(1, "api.example.com", 0, 1, http=http)), 80))[-1]
    assert row.startswith("api.example.com GET /items 404 ")


def shown(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "samulator", "traces", *arguments],
        env={
            "TZ": os.environ["TZ"],
            "LOCAL_STATE": str(state),
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_lists_traces_and_draws_one(tmp_path: Path):
    journal = Journal(tmp_path / TRACES_FILE)
    for each in REQUEST:
        journal.add(each)
    assert shown(tmp_path).stdout == f"{heading(tree(*REQUEST))}\n"
    drawn = shown(tmp_path, "last").stdout.splitlines()
    assert [line.split()[0] for line in drawn[1:]] == ["Api", "GET", "Redis", "PostgreSQL"]


def test_the_command_says_in_one_line_what_it_does_not_find(tmp_path: Path):
    assert shown(tmp_path).stderr == (
        "Nothing has been traced yet: samulator up traces the functions whose Tracing is Active in "
        "the template.\n"
    )
    Journal(tmp_path / TRACES_FILE).add(REQUEST[1])
    refused = shown(tmp_path, "9-9")
    assert refused.returncode == 1
    assert refused.stderr == "no trace of '9-9'; samulator traces lists those there are\n"


def test_traces_of_an_earlier_stack_are_said_to_be_of_before():
    found = [tree(*REQUEST)]
    start = found[0].start
    assert older_than(found, start + 1).startswith("All of before: the stack that runs now ")
    assert older_than(found, start - 1) == ""
    assert older_than(found, None) == ""
    assert older_than([], start) == ""
