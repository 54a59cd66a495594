"""A landing and a processed bucket in process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws

from jobs.spark.stored_object import client

LANDING, PROCESSED = "sales-landing", "sales-processed"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}


@contextmanager
def buckets() -> Iterator[Any]:
    """The job's own client of S3, one for all tests; both buckets are versioned."""
    with mock_aws():
        s3 = client("")
        for name in (LANDING, PROCESSED):
            place = {"LocationConstraint": "eu-west-1"}
            s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        yield s3
