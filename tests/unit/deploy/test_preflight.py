"""What would fail after half an hour of deployment is said before it, with what to do."""

import json
from functools import cache

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends as moto_cloudformation

from infrastructure.parameters import contradictions, unusable_name
from infrastructure.preflight import RESERVED, SEARCH_ROLE, Deployment, check, main
from tests.unit.deploy.test_template import of_type

REGION = "eu-west-1"
SERVICE = "opensearchservice.amazonaws.com"
SEARCH = "arn:aws:es:eu-west-1:123456789012:domain/sales"
OWN_DATABASE = {
    "ExistingDatabaseHost": "db.example.com",
    "ExistingDatabaseSecretArn": "arn:aws:secretsmanager:il-central-1:123456789012:secret:db",
}


class Session(boto3.session.Session):
    """An account whose Lambda quota is set by the test; moto has none."""

    quota = 1000

    def client(self, service, *arguments, **options):
        made = super().client(service, *arguments, **options)
        if service == "lambda":
            stub = Stubber(made)
            answer = {"AccountLimit": {"ConcurrentExecutions": self.quota}}
            stub.add_response("get_account_settings", answer, {})
            stub.activate()
        return made


@pytest.fixture(autouse=True)
def aws(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    with mock_aws():
        # moto gives the roles of services names of its own
        session_in(REGION).client("iam").create_role(
            RoleName=SEARCH_ROLE, AssumeRolePolicyDocument="{}"
        )
        yield


@cache
def session_in(region):
    """One per region, because reading AWS's models anew takes seconds."""
    return Session(region_name=region)


def problems(region=REGION, *, session=None, **parameters):
    given = {"BucketSuffix": "-acme", "PythonRuntime": "python3.13", **parameters}
    return list(check(Deployment(session or session_in(region), "sales", given)))


def deploy_before(**parameters):
    """An earlier deployment, with these parameters."""
    template = {
        "Parameters": {name: {"Type": "String"} for name in parameters},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    session_in(REGION).client("cloudformation").create_stack(
        StackName="sales",
        TemplateBody=json.dumps(template),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    )


def test_account_that_has_everything_is_deployed_to():
    assert problems() == []


def test_what_is_counted_as_reserved_is_what_the_template_reserves():
    functions = of_type("AWS::Serverless::Function").values()
    reserves = [function.get("ReservedConcurrentExecutions") for function in functions]
    fixed = [one["Fn::If"][1] for one in reserves if one and isinstance(one["Fn::If"][1], int)]
    assert sum(fixed) == RESERVED


def test_new_account_hears_of_its_quota_and_how_to_do_without(monkeypatch):
    monkeypatch.setattr(Session, "quota", 10)
    (problem,) = problems()
    assert "runs 10 Lambda environments" in problem
    assert "; 77 are to be reserved" in problem
    assert problems(ReserveConcurrency="false") == []
    monkeypatch.setattr(Session, "quota", 140)
    assert problems(ApiConcurrency="20") == []


def test_parameter_of_the_deployment_before_counts_until_it_is_given_again(monkeypatch):
    monkeypatch.setattr(Session, "quota", 10)
    deploy_before(ReserveConcurrency="false")
    assert problems() == []
    assert len(problems(ReserveConcurrency="true")) == 1


def test_remains_of_a_failed_deployment_are_named():
    deploy_before()
    (backend,) = moto_cloudformation["123456789012"][REGION].stacks.values()
    backend.status = "ROLLBACK_COMPLETE"
    (problem,) = problems()
    assert "delete-stack --stack-name sales" in problem


def test_an_update_that_did_not_come_back_is_named_with_what_goes_on_with_it():
    deploy_before()
    (backend,) = moto_cloudformation["123456789012"][REGION].stacks.values()
    backend.status = "UPDATE_ROLLBACK_FAILED"
    (problem,) = problems()
    assert "continue-update-rollback --stack-name sales" in problem


def test_what_removes_a_deployment_asks_for_an_account_alone(monkeypatch):
    monkeypatch.setattr("sys.argv", ["preflight", "--account"])
    monkeypatch.setattr("boto3.session.Session", lambda: session_in(None))
    with pytest.raises(SystemExit, match="Name a region"):
        main()
    monkeypatch.setattr("boto3.session.Session", lambda: session_in(REGION))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0


def test_sizes_that_do_not_fit_are_refused():
    (problem,) = problems(VpcCidr="10.40.0.0/24")
    assert "/16 to /22" in problem
    deploy_before(DatabaseClass="db.t4g.small")
    assert problems(ApiConcurrency="200") == []
    (problem,) = problems(ApiConcurrency="500")
    assert problem.startswith("ApiConcurrency=500: db.t4g.small takes fewer than 225")


def test_what_the_deployment_before_gave_is_held_to_the_rules_with_what_is_given_now():
    deploy_before(JwtIssuer="https://issuer.example.com", JwtAudience="users")
    assert problems() == []
    (problem,) = problems(JwtAudience="")
    assert problem == "Give JwtAudience with JwtIssuer."


def test_a_name_that_there_is_not_stops_the_command_before_anything_is_asked(monkeypatch):
    monkeypatch.setattr("boto3.session.Session", lambda: session_in(None))
    monkeypatch.setattr("sys.argv", ["preflight", "BucketSuffix=-acme", "AlarmMail=a@b.c"])
    with pytest.raises(SystemExit, match="Is AlarmEmail meant"):
        main()


@pytest.mark.parametrize("suffix", ["_X", "acme", "-Acme", "-", ""])
def test_suffix_that_no_bucket_can_have_is_refused(suffix):
    problem, *_ = problems(BucketSuffix=suffix)
    assert problem.startswith(repr(suffix))


def test_missing_role_of_opensearch_is_named_with_its_command():
    session_in(REGION).client("iam").delete_role(RoleName=SEARCH_ROLE)
    (problem,) = problems()
    assert f"create-service-linked-role --aws-service-name {SERVICE}" in problem
    assert problems(ExistingSearchUrl="https://s.example.com", ExistingSearchArn=SEARCH) == []


def test_region_whose_databases_no_root_vouches_for_gets_the_command():
    (problem,) = problems(region="il-central-1")
    assert "il-central-1-bundle.pem >> functions/api/api/database/rds_roots.pem" in problem
    assert problems(region="il-central-1", **OWN_DATABASE) == []


def test_what_the_region_does_not_have_is_asked_for_before_the_build():
    given = {"BudgetDollars": "100", "AlarmEmail": "ops@example.com", **OWN_DATABASE}
    (problem,) = problems(region="il-central-1", **given)
    assert problem.startswith("CloudFormation makes no budgets in il-central-1")
    assert problems(region="il-central-1", **{**given, "BudgetDollars": ""}) == []


def test_buckets_left_from_a_removed_deployment_are_named():
    where = {"LocationConstraint": REGION}
    s3 = session_in(REGION).client("s3")
    s3.create_bucket(Bucket="sales-artifacts-acme", CreateBucketConfiguration=where)
    (problem,) = problems()
    assert problem.startswith("The bucket sales-artifacts-acme exists")
    # Nothing of the Spark job is made where there is none.
    assert problems(SparkRelease="") == []
    s3.create_bucket(Bucket="sales-processed-acme", CreateBucketConfiguration=where)
    (problem,) = problems(SparkRelease="")
    assert problem.startswith("The bucket sales-processed-acme exists")
    deploy_before()
    assert problems() == []


def test_zone_without_lambda_is_passed_over(monkeypatch):
    assert problems(region="us-east-1") == []
    # Which number is behind which letter differs from account to account.
    zones = session_in("us-east-1").client("ec2").describe_availability_zones()
    number = {zone["ZoneName"]: zone["ZoneId"] for zone in zones["AvailabilityZones"]}
    monkeypatch.setattr("infrastructure.preflight.ZONES_WITHOUT_LAMBDA", {number["us-east-1b"]})
    (problem,) = problems(region="us-east-1")
    assert '"AvailabilityZones=us-east-1a,us-east-1c"' in problem
    assert problems(region="us-east-1", AvailabilityZones="us-east-1a,us-east-1c") == []
    for zones in ("us-east-1a", "us-east-1a,us-east-1b"):
        (problem,) = problems(region="us-east-1", AvailabilityZones=zones)
        assert problem.startswith(f"AvailabilityZones={zones}: name two of us-east-1a, us-east-1c")


def test_shell_without_a_region_or_credentials_hears_that_and_nothing_else(monkeypatch):
    (problem,) = problems(region=None)
    assert problem.startswith("Name a region")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    (problem,) = problems(session=Session(region_name=REGION))
    assert problem.startswith("Sign in to AWS")


def test_command_fails_and_prints_every_problem(monkeypatch):
    session_in(REGION).client("iam").delete_role(RoleName=SEARCH_ROLE)
    monkeypatch.setattr("boto3.session.Session", lambda: session_in(REGION))
    monkeypatch.setattr(Session, "quota", 10)
    given = ["BucketSuffix=-acme", "PythonRuntime=python3.13"]
    monkeypatch.setattr("sys.argv", ["preflight", *given])
    with pytest.raises(SystemExit) as ended:
        main()
    assert str(ended.value).count("\n\n") == 2


@pytest.mark.parametrize(
    ("name", "built", "asked", "variable"),
    [
        ("Architecture", "arm64", "x86_64", "DEPLOY_ARCHITECTURE"),
        ("PythonRuntime", "python3.13", "python3.12", "RUNTIME"),
    ],
)
def test_what_was_built_for_another_machine_is_not_deployed(name, built, asked, variable):
    (problem,) = contradictions([(name, built), ("BucketSuffix", "-a"), (name, asked)])
    assert f"{name} is given as" in problem
    assert built in problem
    assert asked in problem
    assert variable in problem
    assert not [*contradictions([(name, built), (name, built)])]


@pytest.mark.parametrize(
    "stack", ["Sales", "1sales", "sales-", "sales--test", "my-aws-sales", "s" * 25, "sales_test"]
)
def test_a_name_that_not_all_that_is_made_can_have_is_refused(stack):
    (problem,) = unusable_name(stack)
    assert problem.startswith(repr(stack))


@pytest.mark.parametrize("stack", ["sales-serverless-prod", "sales-test", "s2", "s" * 24])
def test_a_name_that_all_that_is_made_can_have_is_taken(stack):
    assert not [*unusable_name(stack)]


def test_a_deployment_is_stopped_by_what_it_says_twice(monkeypatch):
    # Nothing but the region is asked for where there is none.
    monkeypatch.setattr("boto3.session.Session", lambda: session_in(None))
    given = ["Architecture=arm64", "BucketSuffix=-acme", "Architecture=x86_64"]
    monkeypatch.setattr("sys.argv", ["preflight", *given])
    with pytest.raises(SystemExit, match="Architecture is given as arm64 and x86_64"):
        main()
