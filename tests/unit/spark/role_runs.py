"""Runs of the job that together make every call to AWS which its code can make."""

import gzip
from typing import Any

from etl.errors import Refused
from etl.settings import Settings
from etl.source.file import Source
from jobs.spark.claimed import run_claimed
from jobs.spark.parts import Store
from jobs.spark.readable import text_of
from tests.role_policies import Call, recorded_calls
from tests.unit.etl.hostile_files import HEADER, HOSTILE
from tests.unit.spark.buckets import LANDING
from tests.unit.spark.claims import claim
from tests.unit.spark.without_spark import cleaned_in_ranges

TEXT = HEADER + HOSTILE["repeats and times"] + HOSTILE["CRLF"]
WIDER = TEXT.replace("region\n", "region,channel\n").replace(",n\n", ",n,web\n")
ZIPPED = gzip.compress(WIDER.encode())


def from_the_beginning(source: Source, store: Store) -> Any:
    """A file that cannot be cut is written down first."""
    text = text_of(source, source.header(), store)
    if isinstance(text, Refused):
        raise text
    return cleaned_in_ranges(source.with_text_at(text), store)


def recorded_runs(s3: Any, settings: Settings) -> tuple[list[str], set[Call]]:
    """How they ended, and their calls without those of the function that claims."""
    s3.put_object(Bucket=LANDING, Key="_source.json", Body=b'{"key": "row"}')
    statuses, calls = [], set()
    for content, key, cleaner in (
        (TEXT.encode(), "orders.csv", cleaned_in_ranges),
        (ZIPPED, "orders.csv.gz", from_the_beginning),  # in the place of the first one
        (ZIPPED[:-20], "cut.csv.gz", from_the_beginning),
    ):
        wanted = claim(s3, content, key)
        with recorded_calls() as made:
            statuses.append(run_claimed(wanted, settings, cleaner))
        calls |= made
    return statuses, calls
