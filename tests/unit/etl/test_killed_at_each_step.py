"""A run that ends at a named step of its publication: what readers see then, and after a retry."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from etl.handler import job
from tests.unit.etl.conftest import PROCESSED, Buckets
from tests.unit.etl.test_publishing import DATA, Killed, is_whole, news, rows

SUMMARY = "_datasets/summary.json"
# Each write of a run, in its order (docs/decisions/0064): how often its key was written before.
STEPS = {
    "claim": ("report.json", 0),
    **{f"upload of {name}": (name, 0) for name in DATA},
    "report": ("report.json", 1),
    "summary": (SUMMARY, 0),
    "run": ("runs/", 0),
}
# From here on the run is published: what is missing is beside the report.
PUBLISHED = ("summary", "run")


@contextmanager
def killed_at(step: str, when: str) -> Iterator[None]:
    """The run ends at the step: `before` S3 is asked, or `after` it did what it was asked for."""
    key, earlier = STEPS[step]
    events = job()._landing._s3.meta.events
    met = iter(range(100))
    chosen: dict[str, Any] = {}

    def note(params: dict[str, Any], **_: object) -> None:
        is_it = params["Key"].startswith(key) and next(met) == earlier
        chosen["now"] = is_it
        if is_it and when == "before":
            raise Killed

    def answered(**_: object) -> None:
        if chosen.pop("now"):
            raise Killed

    events.register("provide-client-params.s3.PutObject", note)
    events.register("after-call.s3.PutObject", answered)
    try:
        yield
    finally:
        events.unregister("provide-client-params.s3.PutObject", note)
        events.unregister("after-call.s3.PutObject", answered)


def keys_of_runs(buckets: Buckets) -> list[str]:
    return [name for name in buckets.names() if name.startswith("runs/")]


@pytest.mark.parametrize(
    # Before a step is after the one before it.
    ("step", "when"),
    [("claim", "before"), *((step, "after") for step in STEPS)],
)
def test_run_that_ends_at_a_step_shows_nothing_by_halves_and_a_retry_completes_it(
    buckets: Buckets, step: str, when: str
) -> None:
    job().run(news(buckets.land(rows(3)), "01"))
    version = buckets.land(rows(4))

    with killed_at(step, when), pytest.raises(Killed):
        job().run(news(version, "02"))

    is_published = step in PUBLISHED or (step, when) == ("report", "after")
    expected = "succeeded" if is_published or (step, when) == ("claim", "before") else "publishing"
    assert buckets.report()["status"] == expected
    assert is_whole(buckets)
    again = job().run(news(version, "02")).status
    assert again == ("already_done" if is_published else "succeeded")
    assert buckets.report()["rows_out"] == 4
    assert is_whole(buckets)
    # Both runs are kept, each as its report was, and nothing lies beside them.
    assert len(keys_of_runs(buckets)) == 2
    assert buckets.read("report.json") in map(buckets.read, keys_of_runs(buckets))
    assert {*buckets.names()} == {*DATA, "report.json", SUMMARY, *keys_of_runs(buckets)}


@pytest.mark.parametrize("step", STEPS)
def test_event_that_comes_twice_while_it_runs_is_published_once(
    buckets: Buckets, step: str
) -> None:
    """The twin begins and ends at the step of the first one: one of the two publishes."""
    version = buckets.land(rows(4))
    key, earlier = STEPS[step]
    met, ended = iter(range(100)), list[str]()
    events = job()._landing._s3.meta.events

    def twin(params: dict[str, Any], **_: object) -> None:
        if not ended and params["Key"].startswith(key) and next(met) == earlier:
            ended.append("")
            ended[0] = job().run(news(version, "01")).status

    events.register("provide-client-params.s3.PutObject", twin)
    try:
        ended.append(job().run(news(version, "01")).status)
    finally:
        events.unregister("provide-client-params.s3.PutObject", twin)

    # The first one is published by the time that it writes its summary.
    pair = ["already_done", "succeeded"] if step in PUBLISHED else ["succeeded", "superseded"]
    if step == "claim":
        pair = ["succeeded", "already_done"]
    assert ended == pair
    assert is_whole(buckets)
    assert len(keys_of_runs(buckets)) == 1


def leave_parts(buckets: Buckets) -> list[str]:
    """The run in place described parts, too, as that of a larger file does."""
    report = buckets.report()
    keys = [f"parts/one/{name}" for name in ("csv", "parquet", "rejected")]
    part: dict[str, Any] = {"rows": 1, "dropped": 1}
    for key in keys:
        buckets.s3.put_object(Bucket=PROCESSED, Key=key, Body=b"x")
        part[key.rpartition("/")[2]] = {"key": key, "bytes": 1, "sha256": "0" * 64}
    body = json.dumps(report | {"parts": [part]}).encode()
    buckets.s3.put_object(Bucket=PROCESSED, Key="report.json", Body=body)
    return keys


@pytest.mark.parametrize("when", ["before-call", "after-call"])
def test_run_that_ends_at_its_deletion_leaves_no_orphan_once_it_is_tried_again(
    buckets: Buckets, when: str
) -> None:
    job().run(news(buckets.land(rows(3)), "01"))
    parts, version = leave_parts(buckets), buckets.land(rows(4))
    events = job()._landing._s3.meta.events

    def end(**_: object) -> None:
        raise Killed

    events.register(f"{when}.s3.DeleteObjects", end)
    try:
        with pytest.raises(Killed):
            job().run(news(version, "02"))
    finally:
        events.unregister(f"{when}.s3.DeleteObjects", end)

    assert is_whole(buckets)
    assert {*parts} & {*buckets.names()} == ({*parts} if when == "before-call" else set())
    assert job().run(news(version, "02")).status == "already_done"
    assert is_whole(buckets)
    assert {*buckets.names()} == {*DATA, "report.json", SUMMARY, *keys_of_runs(buckets)}
    assert len(keys_of_runs(buckets)) == 2
