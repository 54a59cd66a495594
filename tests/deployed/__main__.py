"""Finds the deployment and a token for it, then runs the suite: pytest sees no AWS account."""

import os
import sys
from collections.abc import Mapping

import boto3
import httpx
import pytest
from botocore.exceptions import BotoCoreError, ClientError

SCOPES = ("users/read", "users/write", "datasets/read", "datasets/write")
USAGE = "usage: make test-deployed URL=https://… TOKEN=…, or STACK=sales-test"


def main() -> None:
    """Exit status as pytest's; one line where the deployment cannot be found."""
    try:
        url, token = _place(os.environ)
    except (BotoCoreError, ClientError, httpx.HTTPError, KeyError) as error:
        sys.exit(f"no token for {os.environ.get('STACK')}: {error!r}")
    os.environ |= {"DEPLOYED_URL": url.rstrip("/"), "DEPLOYED_TOKEN": token}
    sys.exit(pytest.main(["-p", "no:cacheprovider", *(sys.argv[1:] or ["tests/deployed"])]))


def _place(environment: Mapping[str, str]) -> tuple[str, str]:
    if url := environment.get("URL"):
        return url, environment.get("TOKEN", "")
    if stack := environment.get("STACK"):
        outputs = _outputs(stack)
        return outputs["ApiUrl"], _token(outputs)
    sys.exit(USAGE)


def _outputs(name: str) -> dict[str, str]:
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def _token(outputs: Mapping[str, str]) -> str:
    """By the client for programs (RFC 6749, section 4.4)."""
    if "TokenUrl" not in outputs:
        sys.exit(
            f"its tokens are of another issuer: make test-deployed URL={outputs['ApiUrl']} TOKEN=…"
        )
    client = boto3.client("cognito-idp").describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=outputs["ServiceClientId"]
    )["UserPoolClient"]
    answer = httpx.post(
        outputs["TokenUrl"],
        data={"grant_type": "client_credentials", "scope": " ".join(SCOPES)},
        auth=(client["ClientId"], client["ClientSecret"]),
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


if __name__ == "__main__":
    main()
