"""A function that brings an old botocore finds the local services as one with a new one does."""

import subprocess
import sys
from pathlib import Path

import pytest

from samulator.functions import older_sdk

# create_client has had these parameters, in this order, since botocore's first release.
SESSION = """
class Session:
    def create_client(self, service_name, region_name=None, api_version=None, use_ssl=True,
                      verify=None, endpoint_url=None, config=None):
        return endpoint_url
"""
PROGRAM = """
import os, sys
sys.path[:0] = [{own!r}, {folder!r}]
from older_sdk import lead_older_sdk
os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:4566"
lead_older_sdk([{folder!r}])
from botocore.session import Session
print(Session().create_client({arguments}))
"""


def endpoint(folder: Path, version: str, arguments: str = "'sqs'") -> str:
    """What a client's endpoint_url is, in a process of its own as a worker has."""
    package = folder / "botocore"
    package.mkdir()
    (package / "__init__.py").write_text(f"__version__ = {version!r}\n")
    (package / "session.py").write_text(SESSION)
    own = str(Path(older_sdk.__file__).parent)
    program = PROGRAM.format(own=own, folder=str(folder), arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("version", "arguments"),
    [("1.29.137", "'sqs'"), ("1.12.37", "'s3', region_name='eu-west-3', endpoint_url=None")],
)
def test_an_old_botocore_gets_the_address_of_the_local_services(tmp_path, version, arguments):
    assert endpoint(tmp_path, version, arguments) == "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    "arguments",
    ["'s3', endpoint_url='http://minio:9000'", "'s3', None, None, True, None, 'http://minio:9000'"],
)
def test_an_endpoint_that_code_names_stays(tmp_path, arguments):
    assert endpoint(tmp_path, "1.29.137", arguments) == "http://minio:9000"


def test_a_botocore_that_reads_the_variable_is_left_alone(tmp_path):
    assert endpoint(tmp_path, "1.31.0") == "None"
