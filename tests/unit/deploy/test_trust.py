"""What the deployed API trusts: tokens as Cognito writes them, databases as RDS signs them."""

import ssl
import time

import pytest

from api.routing import granted_scopes
from api.wiring import verifying_context


def event(scope: str) -> dict:
    return {"requestContext": {"authorizer": {"jwt": {"claims": {"scope": scope}}}}}


@pytest.mark.parametrize("scope", ["users/read datasets/write", "users:read datasets:write"])
def test_scopes_of_cognito_and_of_any_other_issuer_mean_the_same(scope):
    assert granted_scopes(event(scope)) == {"users:read", "datasets:write"}


def test_request_without_claims_has_no_scopes_at_all():
    assert granted_scopes({"requestContext": {}}) is None


def test_roots_of_rds_are_trusted_beside_the_public_ones_and_names_are_checked():
    context = verifying_context()
    names = {
        dict(part[0] for part in certificate["subject"])["commonName"]
        for certificate in context.get_ca_certs()
        if any(part[0][0] == "commonName" for part in certificate["subject"])
    }
    for region in ("eu-west-1", "us-east-1", "ap-southeast-2"):
        assert f"Amazon RDS {region} Root CA RSA2048 G1" in names
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_no_root_of_rds_runs_out_within_ten_years():
    expiries = [
        ssl.cert_time_to_seconds(certificate["notAfter"])
        for certificate in verifying_context().get_ca_certs()
        if "Amazon RDS" in str(certificate["subject"])
    ]
    assert len(expiries) > 80
    assert min(expiries) > time.time() + 10 * 365 * 86400
