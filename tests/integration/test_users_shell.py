"""The stack's own clients in a shell that is set up for AWS and for a proxy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samulator.servers.aws.client import s3_client
from testkit.http_calls import HttpCaller
from tests.embedded_stack import EmbeddedStack, start_stack

pytestmark = pytest.mark.long

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of somebody whose profile signs with a program, and whose calls go through a proxy."""
    config = tmp_path_factory.mktemp("aws") / "config"
    config.write_text(
        "[default]\ncredential_process = /bin/false\n[profile p]\nregion = cn-north-1\n"
    )
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), NOBODY)
    return {
        **proxies,
        "NO_PROXY": "",
        "no_proxy": "",
        "AWS_CONFIG_FILE": str(config),
        "AWS_PROFILE": "no-such-profile",
        "AWS_ENDPOINT_URL": NOBODY,
        "AWS_REGION": "cn-north-1",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_USE_FIPS_ENDPOINT": "true",
    }


@pytest.fixture(scope="module")
def theirs(
    stack: EmbeddedStack, shell: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedStack]:
    """A stack that was started there; what pip installs, which needs a proxy, is there already."""
    running = start_stack(tmp_path_factory.mktemp("theirs"), variables=shell)
    yield running
    assert running.interrupt() == 0, running.output.read_text()


def test_stack_and_commands_do_not_mind(theirs: EmbeddedStack, tmp_path: Path) -> None:
    assert HttpCaller(theirs.url)("GET", "/status/ready").status == 200
    file = tmp_path / "shell.csv"
    file.write_text(
        "order_id,customer_id,product,quantity,price,order_date\n1,c,p,2,3.5,2024-01-05\n"
    )
    dropped = theirs.run("client.drop", str(file))
    assert (dropped.returncode, dropped.stderr) == (0, "")
    invoked = theirs.run("samulator", "invoke", "UsersApiFunction", "-e", "events/http_status.json")
    assert invoked.returncode == 0, invoked.stderr


def test_real_credentials_sign_nothing(theirs: EmbeddedStack, shell: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, text in shell.items():
            patch.setenv(name, text)
        client = s3_client(theirs.aws_url, "us-east-1")
        url = client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    assert url.startswith(theirs.aws_url)
    assert "AKIAREAL" not in url
