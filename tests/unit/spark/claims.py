"""Claims of the function, as a run of the job finds them."""

import uuid
from typing import Any

from etl.publication.place import output_prefix
from etl.report.model import PROCESSING, PublishedReport
from etl.s3.events import Notification
from etl.s3.landing import Landing
from etl.s3.processed import Processed
from jobs.spark.claimed import Wanted
from tests.unit.spark.buckets import LANDING, PROCESSED


def claim(s3: Any, content: bytes, key: str = "orders.csv") -> Wanted:
    """Put a file into the landing bucket and claim it, as the function does."""
    version = s3.put_object(Bucket=LANDING, Key=key, Body=content)["VersionId"]
    source = Landing(s3).find(Notification(LANDING, key, version, None, None))
    target = Processed(s3, PROCESSED, output_prefix(key))
    claim_id = uuid.uuid4().hex
    report = PublishedReport.begin(PROCESSING, source, claim_id=claim_id)
    assert target.announce(report, target.current())
    return Wanted(LANDING, key, version, source.etag, PROCESSED, claim_id)
