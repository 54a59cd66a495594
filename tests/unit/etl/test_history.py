"""Runs and summaries: what is left of each run, however it came about."""

import json
import re

import pytest

from etl.handler import job
from tests.unit.etl.conftest import LANDING, PROCESSED, Buckets
from tests.unit.etl.test_publishing import Killed, is_whole, news, rows


def runs(buckets: Buckets, prefix: str = "") -> list[dict]:
    keys = [key for key in buckets.names() if key.startswith(f"{prefix}runs/")]
    return [json.loads(buckets.read(key)) for key in keys]


def summary(buckets: Buckets, prefix: str = "") -> dict:
    return json.loads(buckets.read(f"_datasets/{prefix}summary.json"))


def test_a_run_is_kept_as_its_report_with_a_tag_by_which_it_expires(buckets):
    key = "2026/orders.csv"
    job().run(news(buckets.land(rows(3), key), key=key))

    (run,) = [name for name in buckets.names() if "/runs/" in name]
    assert re.fullmatch(r"2026/orders/runs/\d{8}T\d{6}Z-[0-9a-f]{12}\.json", run)
    assert buckets.read(run) == buckets.read("2026/orders/report.json")
    assert buckets.report("2026/orders/")["run_id"] in run
    tags = buckets.s3.get_object_tagging(Bucket=PROCESSED, Key=run)["TagSet"]
    assert tags == [{"Key": "kind", "Value": "run"}]


def test_runs_of_every_end_are_kept_and_the_summary_is_of_the_last(buckets):
    job().run(news(buckets.land(rows(3)), "01"))
    job().run(news(buckets.land(rows(2, bad=2)), "02"))
    job().run(news(buckets.land("a,b\n"), "03"))

    assert sorted(run["status"] for run in runs(buckets)) == ["refused", "succeeded", "warned"]
    last = summary(buckets)
    assert (last["source_key"], last["status"], last["warnings"]) == ("raw.csv", "refused", [])
    assert "rows_in" not in last


def test_summary_says_counts_and_warnings(buckets):
    job().run(news(buckets.land(rows(5).replace("2024-01-05", "soon"))))

    told = summary(buckets)
    assert (told["status"], told["rows_in"], told["rows_out"]) == ("warned", 5, 0)
    assert told["warnings"][0] == {
        "code": "no_row_left",
        "message": "None of the 5 rows was kept.",
    }
    assert told["finished_at"] == buckets.report()["finished_at"]


def test_same_event_twice_is_one_run(buckets):
    event = news(buckets.land(rows(3)), "01")
    job().run(event)
    job().run(event)

    assert len(runs(buckets)) == 1


def test_same_version_read_in_another_way_is_another_run(buckets):
    event = news(buckets.land(rows(3)), "01")
    job().run(event)
    buckets.land(json.dumps({"date_formats": ["%d/%m/%Y"]}), "_source.json")
    job().run(event)

    assert [len(runs(buckets)), len({run["run_id"] for run in runs(buckets)})] == [2, 2]


def test_a_run_is_compared_with_the_last_one_of_another_version(buckets):
    job().run(news(buckets.land(rows(1000)), "01"))
    event = news(buckets.land(rows(100)), "02")
    assert job().run(event).status == "warned"

    # What the file before had is still what counts when this one is read anew.
    buckets.land("{}", "_source.json")
    assert job().run(event).report.previous.rows_in == 1000
    assert [one.code for one in job().run(event).report.warnings] == ["row_drift"]
    assert job().run(news(buckets.land(rows(100)), "03")).status == "succeeded"


def test_a_refused_file_in_between_does_not_hide_the_run_before(buckets):
    job().run(news(buckets.land(rows(1000)), "01"))
    job().run(news(buckets.land("a,b\n"), "02"))

    assert job().run(news(buckets.land(rows(100)), "03")).status == "warned"


@pytest.fixture
def cut(buckets):
    """Cuts the next run before the write of a key that ends so."""
    events, armed = job()._landing._s3.meta.events, []

    def before_write(params, **_: object) -> None:
        if armed and armed[0](params["Key"]):
            armed.clear()
            raise Killed

    events.register("provide-client-params.s3.PutObject", before_write)
    yield armed.append
    events.unregister("provide-client-params.s3.PutObject", before_write)


# The protocol, step by step: the name in the key that is written, and which such write it is.
STEPS = {
    "claim": ("report.json", 1),
    "csv": ("processed_output.csv", 1),
    "parquet": ("processed_output.parquet", 1),
    "rejected rows": ("rejected_rows.csv", 1),
    "page": ("report.html", 1),
    "report": ("report.json", 2),
    "summary": ("summary.json", 1),
    "run": ("runs/", 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_run_cut_at_each_step_shows_nothing_half_and_leaves_no_orphan(buckets, cut, step):
    job().run(news(buckets.land(rows(3)), "01"))
    event = news(buckets.land(rows(4)), "02")
    name, occurrence = STEPS[step]
    left = iter(range(occurrence - 1, -1, -1))
    cut(lambda key: name in key and next(left) == 0)
    with pytest.raises(Killed):
        job().run(event)

    assert is_whole(buckets)
    published = buckets.report()
    done = step in ("summary", "run")
    begun = "publishing" if step != "claim" else "succeeded"
    assert published["status"] == ("succeeded" if done else begun)
    # Each run that is kept was published: there is none of the killed one.
    assert [run["rows_out"] for run in runs(buckets)] == [3]

    assert job().run(event).status == ("already_done" if done else "succeeded")

    assert is_whole(buckets)
    assert sorted(run["rows_out"] for run in runs(buckets)) == [3, 4]
    assert buckets.report() in runs(buckets)
    assert summary(buckets)["rows_out"] == 4


@pytest.mark.parametrize("step", ["summary.json", "runs/"])
def test_run_that_a_kill_left_out_is_made_up_for_by_the_retry_with_its_own_time(buckets, cut, step):
    event = news(buckets.land(rows(3)), "01")
    cut(lambda key: step in key)
    with pytest.raises(Killed):
        job().run(event)
    published = buckets.read("report.json")
    assert runs(buckets) == []

    assert job().run(event).status == "already_done"

    assert runs(buckets) == [json.loads(published)]
    assert summary(buckets)["finished_at"] == json.loads(published)["finished_at"]


def test_run_that_a_kill_left_out_is_made_up_for_by_the_next_version(buckets, cut):
    first, second = buckets.land(rows(3)), buckets.land(rows(4))
    cut(lambda key: "runs/" in key)
    with pytest.raises(Killed):
        job().run(news(first, "01"))

    job().run(news(second, "02"))

    assert sorted(run["rows_out"] for run in runs(buckets)) == [3, 4]
    assert summary(buckets)["rows_out"] == 4


def test_late_summary_of_a_replaced_report_is_not_written(buckets):
    first, second = buckets.land(rows(3)), buckets.land(rows(4))
    events = job()._landing._s3.meta.events
    waiting = [True]

    def overtake(params, **_: object) -> None:
        if waiting and params["Key"] == "_datasets/summary.json":
            waiting.clear()
            assert job().run(news(second, "02")).status == "succeeded"

    events.register("provide-client-params.s3.PutObject", overtake)
    try:
        assert job().run(news(first, "01")).status == "succeeded"
    finally:
        events.unregister("provide-client-params.s3.PutObject", overtake)

    assert summary(buckets)["rows_out"] == 4
    assert sorted(run["rows_out"] for run in runs(buckets)) == [3, 4]


def test_file_whose_run_has_no_place_is_published_without_one(buckets, caplog):
    key = "x" * 999 + ".csv"
    assert job().run(news(buckets.land(rows(1), key), key=key)).status == "succeeded"

    assert runs(buckets, "x" * 999 + "/") == []
    assert summary(buckets, "x" * 999 + "/")["rows_out"] == 1
    assert "no run is kept" in caplog.text
    assert LANDING in buckets.report("x" * 999 + "/")["source"]["bucket"]
