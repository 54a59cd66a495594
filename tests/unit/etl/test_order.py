"""Whatever the order and the repetition of deliveries, the newest source has the place."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.handler import job
from etl.publication.order import Order, with_known
from etl.report.model import SourceVersion
from etl.s3.events import Notification, UnknownEvent
from tests.unit.etl.conftest import LANDING, load_event

START = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)
KEYS = ["d.csv", "d/raw.csv", "d.csv.gz"]
# What each way of delivery tells: the event's time in milliseconds or seconds, a sequencer.
CHANNELS = {"s3": (1, True), "eventbridge": (1000, True), "hand": (None, False)}


ORDERS = [(0, 1, 0), (1, 0), (1, 0, 1, 0)]


@dataclass(frozen=True)
class Write:
    """One write to the landing bucket, `at` in milliseconds after the start."""

    key: str
    number: int
    at: int


class Written:
    """A landing bucket after all writes: the last one to a key is its current version."""

    def __init__(self, writes: list[Write]) -> None:
        self._current = {write.key: (f"v{write.number}", "etag") for write in writes}

    def current(self, item: SourceVersion) -> tuple[str | None, str] | None:
        return self._current.get(item.key)


def landed(write: Write, channel: str) -> SourceVersion:
    unit, has_sequencer = CHANNELS[channel]
    moment = START + timedelta(milliseconds=write.at)
    told = START + timedelta(milliseconds=write.at // unit * unit) if unit else None
    return SourceVersion(
        bucket=LANDING,
        key=write.key,
        version_id=f"v{write.number}",
        etag="etag",
        bytes=1,
        last_modified=moment.replace(microsecond=0).isoformat(),
        sequencer=f"{write.number + 1:04X}" if has_sequencer else None,
        event_time=told and told.isoformat(),
    )


def place_after(deliveries: list[SourceVersion], order: Order) -> SourceVersion | None:
    held = None
    for item in deliveries:
        if held is None or order.is_older(held, item):
            held = item
    return held


@st.composite
def histories(draw) -> list[Write]:
    at, writes = 0, []
    for number, key in enumerate(draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=5))):
        # A key is never written twice in one millisecond; two keys may be.
        at += draw(st.sampled_from([1, 2, 400, 999, 1000, 1001]))
        if writes and key != writes[-1].key and draw(st.booleans()):
            at = writes[-1].at
        writes.append(Write(key, number, at))
    return writes


@pytest.mark.parametrize("channel", CHANNELS)
@settings(deadline=None)
@given(histories(), st.data())
def test_any_order_and_repetition_of_deliveries_ends_with_the_same_source(channel, writes, data):
    items = [landed(write, channel) for write in writes]
    order = Order(Written(writes))
    again = data.draw(st.lists(st.sampled_from(items), max_size=4))
    deliveries = data.draw(st.permutations(items + again))

    held = place_after(deliveries, order)

    assert held == place_after(items, order) == place_after(items[::-1] + items, order)
    same_moment = [write for write in writes if write.at == writes[-1].at]
    if channel == "s3" and len(same_moment) == 1:
        assert held == items[-1]
    latest = {write.key: f"v{write.number}" for write in writes}
    assert held.version_id == latest[held.key]


@pytest.mark.parametrize("channel", CHANNELS)
@settings(deadline=None)
@given(histories())
def test_of_two_versions_exactly_one_is_older(channel, writes):
    order = Order(Written(writes))
    for one, other in product([landed(write, channel) for write in writes], repeat=2):
        assert order.is_older(one, other) + order.is_older(other, one) == (one != other)


def test_file_that_was_initiated_long_before_it_was_complete_counts_from_its_completion():
    early = landed(Write("d.csv", 0, 5000), "s3")
    multipart = landed(Write("d/raw.csv", 1, 6000), "s3")
    # S3 dates an object of many parts by the start of its upload.
    multipart = multipart.model_copy(update={"last_modified": START.isoformat()})

    assert Order(Written([])).is_older(early, multipart)


def test_event_of_another_day_written_by_hand_does_not_make_a_new_object_old():
    done = landed(Write("d.csv", 0, 5000), "s3")
    item = landed(Write("d/raw.csv", 1, 9000), "s3")
    item = item.model_copy(update={"event_time": "1970-01-01T00:00:00+00:00"})

    assert Order(Written([])).is_older(done, item)


def test_report_of_a_release_that_kept_no_event_time_is_compared_by_the_object():
    kept = landed(Write("d.csv", 0, 900), "s3").model_dump(exclude={"event_time"})
    done = SourceVersion.model_validate(kept)

    assert Order(Written([])).is_older(done, landed(Write("d/raw.csv", 1, 950), "s3"))


def test_delivery_by_hand_keeps_what_the_event_told_of_the_same_version():
    told = landed(Write("d.csv", 0, 900), "s3")
    by_hand = landed(Write("d.csv", 0, 900), "hand")

    assert with_known(by_hand, told) == told
    assert with_known(by_hand, landed(Write("d.csv", 1, 900), "s3")) == by_hand


def deliveries_of(buckets) -> list[Notification]:
    """A file of each of two keys with one place, both written within one second."""
    return [
        Notification(
            LANDING, key, buckets.land(text(count), key), None, f"2100-01-01T00:00:00.{at}"
        )
        for count, (key, at) in enumerate([("d.csv", "100+00:00"), ("d/raw.csv", "101+00:00")], 1)
    ]


def text(count: int) -> str:
    header = "order_id,order_date,customer_id,product,quantity,price\n"
    return header + "".join(f"{i},2024-01-05,C1,W,2,9.5\n" for i in range(count))


@pytest.mark.parametrize("order", ORDERS)
def test_older_file_of_the_same_second_never_has_the_place_of_the_newer_one(buckets, order):
    deliveries = deliveries_of(buckets)

    for index in order:
        job().run(deliveries[index])

    assert buckets.report("d/")["source"]["key"] == "d/raw.csv"
    assert buckets.report("d/")["rows_out"] == 2


@pytest.mark.parametrize("order", ORDERS)
def test_two_versions_of_one_key_without_sequencers_end_with_the_current_one(buckets, order):
    versions = [buckets.land(text(count)) for count in (1, 2)]

    for index in order:
        job().run(Notification(LANDING, "raw.csv", versions[index]))

    assert buckets.report()["rows_out"] == 2


def test_report_keeps_the_time_that_the_event_told(buckets, invoke):
    buckets.land(text(1))

    invoke(load_event("s3_put.json"))

    assert buckets.report()["source"]["event_time"] == "2026-11-23T10:00:00+00:00"


@pytest.mark.parametrize("time", ["yesterday", 5, "2026-13-01T00:00:00Z"])
def test_event_whose_time_is_none_is_an_error_that_says_so(buckets, invoke, time):
    event = load_event("s3_put.json")
    event["Records"][0]["eventTime"] = time

    with pytest.raises(UnknownEvent, match="ISO 8601"):
        invoke(event)
