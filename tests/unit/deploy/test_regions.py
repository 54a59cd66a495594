"""What a region does not have is said with the parameter that does without it."""

import pytest
from cfnlint.helpers import REGIONS
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from infrastructure.regions import (
    SPARK_8,
    WITHOUT_BUDGETS,
    WITHOUT_CLOUDFRONT,
    WITHOUT_USER_POOLS,
    missing_there,
)
from tests.unit.deploy.test_template import TEMPLATES


@pytest.mark.parametrize(
    ("kind", "without"),
    [
        ("AWS::Budgets::Budget", WITHOUT_BUDGETS),
        ("AWS::Cognito::UserPool", WITHOUT_USER_POOLS),
        ("AWS::CloudFront::Distribution", WITHOUT_CLOUDFRONT),
    ],
)
def test_the_regions_without_a_type_are_those_whose_schemas_lack_it(kind, without):
    types = PROVIDER_SCHEMA_MANAGER.get_resource_types
    assert {region for region in REGIONS if kind not in types(region)} == without


def test_the_release_that_some_regions_lack_is_the_default():
    assert TEMPLATES["template.yaml"]["Parameters"]["SparkRelease"]["Default"] == SPARK_8


@pytest.mark.parametrize(
    ("region", "asked", "begin", "mended"),
    [
        ("cn-north-1", {}, "cn-north-1 has no user pools", {"JwtIssuer": "https://issuer.example"}),
        ("eu-north-1", {"BudgetDollars": "9"}, "CloudFormation makes no budgets", {}),
        ("us-gov-west-1", {"WebAclArn": "arn:a"}, "us-gov-west-1 has no CloudFront", {}),
        ("me-central-1", {}, f"EMR Serverless has no {SPARK_8}", {"SparkRelease": ""}),
        ("me-south-1", {}, f"EMR Serverless has no {SPARK_8}", {"SparkRelease": "emr-7.9.0"}),
    ],
)
def test_what_a_region_lacks_is_said_until_it_is_done_without(region, asked, begin, mended):
    (problem,) = missing_there(region, asked)
    assert problem.startswith(begin)
    assert [*missing_there(region, mended)] == []


def test_a_region_that_has_everything_is_passed():
    asked = {"BudgetDollars": "9", "WebAclArn": "arn:a", "SparkRelease": SPARK_8}
    assert [*missing_there("eu-west-1", asked)] == []
