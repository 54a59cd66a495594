"""boto3's S3 client with explicit limits on every wait."""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from etl.tracing import trace_calls

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def s3_client(endpoint_url: str = "") -> "S3Client":
    """AWS itself, or with `endpoint_url` a local server, which is addressed by path."""
    config = Config(
        connect_timeout=3,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 4},
        s3={"addressing_style": "path" if endpoint_url else "auto"},
    )
    client = boto3.client("s3", endpoint_url=endpoint_url or None, config=config)
    trace_calls(client)
    return client
