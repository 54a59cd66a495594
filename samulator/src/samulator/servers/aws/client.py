"""boto3 clients of this machine's servers, whatever the shell is set up for.

boto3 is imported with the first of them: many applications need none.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
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


def local_session(region: str) -> "boto3.Session":
    """Local servers take any credentials; real ones in the shell must never be sent to them."""
    import boto3
    import botocore.session

    return boto3.Session(
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 # nosec B106 # what local servers take
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=_NOTHING_OF_THE_USER),
    )


def direct(config: "Config") -> "Config":
    """The same without the shell's proxy, which cannot reach this machine's loopback, and without
    what some operations put before the host: an address of this machine takes no name there.
    """
    from botocore.config import Config

    mine = Config(
        proxies={},
        use_fips_endpoint=False,
        use_dualstack_endpoint=False,
        inject_host_prefix=False,
    )
    return mine.merge(config)


def local_client(service: str, url: str, region: str) -> Any:  # noqa: ANN401 - a type for each
    """A client of any service at `url`, by its name in boto3."""
    from botocore.config import Config

    # Names that AWS refuses were told at the start, and work here.
    config = Config(s3={"addressing_style": "path"}, parameter_validation=False, **_PATIENCE)
    session: Any = local_session(region)
    return session.client(service, endpoint_url=url, config=direct(config))


def s3_client(url: str, region: str) -> "S3Client":
    """A client of the local S3."""
    client: S3Client = local_client("s3", url, region)
    return client


def sqs_client(url: str, region: str) -> "SQSClient":
    """A client of the local SQS."""
    client: SQSClient = local_client("sqs", url, region)
    return client
