"""What the deployed API trusts: tokens as Cognito writes them, databases as RDS signs them."""

import re
import ssl
import time
from pathlib import Path

import boto3
import pytest

from api.database.trust import verifying_context
from api.web.routing import granted_scopes

DEPLOY_DOC = Path(__file__).parents[3] / "docs" / "deploy.md"


def event(scope: str) -> dict:
    return {"requestContext": {"authorizer": {"jwt": {"claims": {"scope": scope}}}}}


@pytest.mark.parametrize("scope", ["users/read datasets/write", "users:read datasets:write"])
def test_scopes_of_cognito_and_of_any_other_issuer_mean_the_same(scope):
    assert granted_scopes(event(scope)) == {"users:read", "datasets:write"}


def test_request_without_claims_has_no_scopes_at_all():
    assert granted_scopes({"requestContext": {}}) is None


RDS_HOST = "users.abc123.eu-west-1.rds.amazonaws.com"


def test_a_server_of_rds_is_vouched_for_by_the_roots_of_rds_alone():
    context = verifying_context(RDS_HOST)
    certificates = context.get_ca_certs()
    assert all("Amazon RDS" in str(certificate["subject"]) for certificate in certificates)
    names = {
        dict(part[0] for part in certificate["subject"])["commonName"]
        for certificate in context.get_ca_certs()
        if any(part[0][0] == "commonName" for part in certificate["subject"])
    }
    for region in ("eu-west-1", "us-east-1", "ap-southeast-2"):
        assert f"Amazon RDS {region} Root CA RSA2048 G1" in names
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def regions_with_a_root() -> set[str]:
    subjects = [str(found["subject"]) for found in verifying_context(RDS_HOST).get_ca_certs()]
    return {match[1] for text in subjects if (match := re.search(r"RDS (\S+) Root CA", text))}


def test_regions_whose_databases_no_root_vouches_for_are_documented():
    known = set(boto3.session.Session().get_available_regions("rds"))
    (listed,) = re.findall(r"newer regions \((.*?)\)", DEPLOY_DOC.read_text(), re.S)
    assert set(re.split(r",\s+", listed)) == known - regions_with_a_root()


RDS_PROXY_HOST = "users.proxy-abc123.eu-west-1.rds.amazonaws.com"


@pytest.mark.parametrize(
    "host", ["db.example.com", "rds.amazonaws.com.example.com", "localhost", RDS_PROXY_HOST]
)
def test_any_other_server_is_vouched_for_by_the_roots_of_the_platform(host):
    context = verifying_context(host)
    assert not any("Amazon RDS" in str(found["subject"]) for found in context.get_ca_certs())
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_no_root_of_rds_runs_out_within_ten_years():
    expiries = [
        ssl.cert_time_to_seconds(certificate["notAfter"])
        for certificate in verifying_context(RDS_HOST).get_ca_certs()
        if "Amazon RDS" in str(certificate["subject"])
    ]
    assert len(expiries) > 80
    assert min(expiries) > time.time() + 10 * 365 * 86400
