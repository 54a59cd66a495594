"""What the sales ETL has to do before it gets a file: start, and look for one."""

from collections.abc import Callable, Mapping
from typing import Any

from smoke.versions import Unfit

Invoke = Callable[[Mapping[str, object]], Any]


def check_etl(candidate: Invoke, bucket: str, name: str) -> None:
    """Tells the version of a file that is not there: its code, its variables and its way to S3.

    Nothing is written. Raises Unfit.
    """
    key = f"{name}.csv"
    answer = candidate(_put(bucket, key))
    wanted = [{"key": key, "status": "gone"}]
    if not isinstance(answer, dict) or answer.get("results") != wanted:
        raise Unfit("The ETL did not look for the file that it was told of")


def _put(bucket: str, key: str) -> dict[str, object]:
    """As S3 sends it."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
    }
    return {"Records": [record]}
