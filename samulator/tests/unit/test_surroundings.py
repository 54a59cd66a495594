"""What the tests see of the shell that starts them."""

import os
import subprocess
import sys
import time

from testkit.surroundings import clean

OF_A_USER = {
    "LOCAL_API_PORT": "3000",
    "LOCAL_STATE": "/home/user/project/.samulator",
    "AWS_PROFILE": "production",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "DATABASE_HOST": "db.example.com",
    "ETL_MAX_BYTES": "1",
    "LANDING_BUCKET": "real",
    "MAKEFLAGS": "w",
    "PYTHONPATH": "/elsewhere",
    "LC_ALL": "C",
}


def test_of_the_users_shell_nothing_is_seen_that_the_product_reads() -> None:
    cleaned = clean({**OF_A_USER, "PATH": "/bin", "HTTPS_PROXY": "http://proxy:3128"})
    assert not cleaned.keys() & OF_A_USER.keys()
    assert cleaned["AWS_CONFIG_FILE"] == cleaned["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert (cleaned["PATH"], cleaned["HTTPS_PROXY"]) == ("/bin", "http://proxy:3128")


def test_own_servers_are_called_past_any_proxy() -> None:
    assert clean({"NO_PROXY": "example.com"})["NO_PROXY"] == "example.com,127.0.0.1,localhost"
    assert clean({})["no_proxy"] == "127.0.0.1,localhost"


def test_this_process_and_its_programs_are_in_the_time_zone_of_the_tests() -> None:
    program = "import os, time; print(time.timezone, os.environ['AWS_CONFIG_FILE'])"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert printed.stdout.decode().split() == [f"{time.timezone}", os.devnull]
    assert time.timezone == -(5 * 3600 + 45 * 60)
