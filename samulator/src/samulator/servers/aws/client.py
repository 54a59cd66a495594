"""boto3 clients of this machine's servers, whatever the shell is set up for."""

import os
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

# No profile that the shell names, and no file of the user's: (option, variable, value, conversion).
_NOTHING_OF_THE_USER: dict[str, Any] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
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
