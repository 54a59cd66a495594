"""boto3 clients of this machine's servers, whatever the shell is set up for."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

# No profile that the shell names, and no file of the user's: (option, variable, value, conversion).
_NOTHING_OF_THE_USER: dict[str, Any] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
# Servers of this machine answer at once or are gone, and a stack that stops waits for its clients.
_PATIENCE: Mapping[str, Any] = {
    "connect_timeout": 5,
    "read_timeout": 10,
    "retries": {"total_max_attempts": 2},
}


def local_session(region: str) -> boto3.Session:
    """Local servers take any credentials; real ones in the shell must never be sent to them."""
    return boto3.Session(
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 # nosec B106 # what local servers take
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=_NOTHING_OF_THE_USER),
    )


def direct(config: Config) -> Config:
    """The same without the shell's proxy, which cannot reach this machine's loopback."""
    mine = Config(proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False)
    return mine.merge(config)


def s3_client(url: str, region: str) -> "S3Client":
    """A client of the local S3."""
    config = Config(s3={"addressing_style": "path"}, **_PATIENCE)
    return local_session(region).client("s3", endpoint_url=url, config=direct(config))


def sqs_client(url: str, region: str) -> "SQSClient":
    """A client of the local SQS."""
    config = Config(**_PATIENCE)
    return local_session(region).client("sqs", endpoint_url=url, config=direct(config))
