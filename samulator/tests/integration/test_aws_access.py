"""Functions reach AWS's services on this machine without a word of the template, and no others."""

import json
import os
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from samulator.functions.aws_guard import is_of_aws
from samulator.http.issuer.token import Tokens
from samulator.issuer_keys import IssuerKeys
from samulator.servers.aws.service import AwsServer
from testkit.aws_process import started_aws
from testkit.other_app_runner import OtherApp

TEMPLATE = Path(__file__).parents[1] / "reaching_app" / "template.yaml"
Reach = Callable[..., dict]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("aws")


@pytest.fixture(scope="module")
def aws(state: Path) -> Iterator[AwsServer]:
    with started_aws(state) as server:
        yield server


@pytest.fixture(scope="module")
def reach(aws: AwsServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reach]:
    """Lets a function reach out, while the user of this machine has an account of AWS."""
    home = tmp_path_factory.mktemp("home")
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[profile work]\nregion = eu-west-1\n")
    (home / ".aws" / "credentials").write_text("[work]\naws_access_key_id = AKIAREAL\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(home))
        patched.setenv("AWS_PROFILE", "work")
        patched.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
        running = OtherApp(TEMPLATE, aws_url=aws.url)
        yield lambda how, function="Reaching", **event: running.invoke_json(
            function, {"how": how, **event}
        )
        running.close()


def test_a_client_that_names_nothing_gets_the_services_of_this_machine(
    aws: AwsServer, reach: Reach
) -> None:
    queue = f"{aws.url}/123456789012/one"

    assert reach("client", name="one") == {"got": queue}
    assert reach("client", "Emptied", name="one") == {"got": queue}


def test_a_client_whose_code_names_a_services_host_on_aws_gets_those_of_this_machine(
    reach: Reach,
) -> None:
    reach("client", name="named")

    assert "TableNames" in reach("explicit_endpoint")["got"]


def test_an_endpoint_of_the_templates_own_stays(reach: Reach) -> None:
    got = reach("environment", "Elsewhere", name="AWS_ENDPOINT_URL")

    assert got == {"got": "http://127.0.0.1:9"}


@pytest.mark.parametrize("how", ["service_endpoint", "endpoints_ignored"])
def test_a_client_that_is_sent_to_aws_is_told_what_to_do(
    aws: AwsServer, reach: Reach, how: str
) -> None:
    error = reach(how)["error"]

    assert error.startswith("HTTPClientError")
    assert "amazonaws.com is AWS itself" in error
    assert "`samulator up --allow-aws` or allow_aws = true in local.toml" in error
    assert error.endswith(f"gets {aws.url}")


@pytest.mark.parametrize(
    ("how", "event"),
    [
        ("link", {"url": "http://checkip.amazonaws.com/"}),
        ("link", {"url": "https://bucket.s3.cn-north-1.amazonaws.com.cn/key"}),
        ("link", {"url": "https://abc.lambda-url.us-east-1.on.aws/"}),
        ("resolver", {"host": "s3.dualstack.us-east-1.API.AWS."}),
        ("connection", {"host": "sqs.us-east-1.amazonaws.com"}),
    ],
)
def test_neither_a_link_nor_a_socket_reaches_aws(reach: Reach, how: str, event: dict) -> None:
    assert reach(how, **event)["error"].startswith("AwsRefused: ")


@pytest.mark.parametrize(
    "how",
    [
        *("keys_by_urllib", "keys_by_urllib3", "keys_by_httpx"),
        *("keys_by_asynchronous_httpx", "keys_by_aiohttp"),
    ],
)
@pytest.mark.parametrize("document", ["jwks.json", "openid-configuration"])
def test_who_checks_tokens_finds_what_a_user_pool_publishes(
    reach: Reach, how: str, document: str
) -> None:
    issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab0"
    # httpx and aiohttp are no part of Lambda, and a function brings them; here they are the tests'.
    packages = [sysconfig.get_path("purelib")]
    answer = reach(how, url=f"{issuer}/.well-known/{document}", packages=packages)
    got = json.loads(answer["got"])

    if document == "jwks.json":
        assert got["keys"][0]["kty"] == "RSA"
    else:
        assert got["issuer"] == issuer


def test_the_keys_are_those_of_the_local_issuer_too(reach: Reach, state: Path) -> None:
    url = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab0/.well-known/jwks.json"
    token = Tokens(IssuerKeys(state), "issuer").sign({"sub": "ada"})
    keys = KeySet.import_key_set(json.loads(reach("keys_by_urllib", url=url)["got"]))

    assert jwt.decode(token, keys, algorithms=["RS256"]).claims["sub"] == "ada"
    assert len(keys.keys) > 1
    assert not [key for key in keys.keys if key.is_private]


def test_a_client_that_names_the_endpoint_of_user_pools_finds_those_of_this_machine(
    reach: Reach,
) -> None:
    assert reach("users_by_explicit_endpoint") == {"got": []}


def test_other_clients_are_told_where_the_keys_are(aws: AwsServer, reach: Reach) -> None:
    error = reach("connection", host="cognito-idp.us-east-1.amazonaws.com")["error"]

    assert error.endswith(f"others at {aws.url}/POOL_ID/.well-known/jwks.json")
    with urlopen(f"{aws.url}/us-east-1_Ab0/.well-known/jwks.json") as answer:
        assert json.load(answer)["keys"]


def test_there_is_no_metadata_service_to_get_credentials_from(reach: Reach) -> None:
    error = reach("link", url="http://169.254.169.254/latest/meta-data/")["error"]

    assert "no metadata service runs on this machine" in error
    assert reach("environment", name="AWS_EC2_METADATA_DISABLED") == {"got": "true"}


def test_nothing_of_the_users_account_is_seen(reach: Reach) -> None:
    assert reach("profile") == {"got": "[]"}
    assert reach("environment", name="AWS_PROFILE") == {"got": None}
    assert reach("environment", name="AWS_ACCESS_KEY_ID") == {"got": "local"}


def test_links_are_those_of_this_machine_whatever_endpoint_their_client_names(
    aws: AwsServer, reach: Reach
) -> None:
    local, named = reach("presigned")["got"]

    assert local.startswith(f"{aws.url}/files/a.csv?")
    assert named.startswith(f"{aws.url}/files/a.csv?")


def test_who_is_permitted_aws_gets_links_to_it(reach: Reach) -> None:
    _, named = reach("presigned", "Permitted")["got"]

    assert named.startswith("https://files.s3.us-east-1.amazonaws.com/a.csv?")


def test_who_permits_it_gets_as_far_as_the_network_goes(reach: Reach) -> None:
    error = reach("connection", "Permitted", host="no-such-host.amazonaws.com").get("error", "")

    assert "AwsRefused" not in error


@pytest.mark.parametrize(
    "host", ["amazonaws.com.example", "myamazonaws.com", "aws.amazon.com", "on.aws.example", ""]
)
def test_hosts_of_others_are_not_taken_for_aws(host: str) -> None:
    assert not is_of_aws(host)


def test_this_process_stays_as_it_is() -> None:
    """The guard is for workers alone."""
    assert "AWS_ENDPOINT_URL" not in os.environ
