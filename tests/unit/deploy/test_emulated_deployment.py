"""The template, expanded by SAM's translator, becomes stacks in an emulated CloudFormation."""

import json
import re

import boto3
import pytest
from moto import mock_aws

from tests.emulated_cloudformation import deploy, expand
from tests.unit.deploy.test_template import TEMPLATES, of_type

# What moto has no model for, or one that this template does not get through. The list is exact:
# what moto learns has to come off it, and is then made and checked like the rest.
UNSUPPORTED = [
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Budgets::Budget",
    "AWS::CloudFront::Distribution",
    "AWS::CloudWatch::Alarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolResourceServer",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EMRServerless::Application",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::ElastiCache::User",
    "AWS::ElastiCache::UserGroup",
    "AWS::Events::Rule",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Version",
    "AWS::Logs::MetricFilter",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBProxy",
    "AWS::RDS::DBProxyTargetGroup",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::Secret",
    "Custom::Migration",
]
REQUIRED = {
    "BucketSuffix": "-acme",
    "PythonRuntime": "python3.13",
    "Release": "0123456789abcdef" * 4,
}
EVERYTHING = {
    **REQUIRED,
    "AlarmEmail": "ops@example.com",
    "BudgetDollars": "200",
    "ConsoleUrl": "https://api.example.com/console",
    "Tracing": "on",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
    "CorsOrigins": "https://app.example.com,https://admin.example.com",
    "DomainName": "api.example.com",
    "WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/sales/1",
    "AvailabilityZones": "us-east-1b,us-east-1c",
    "DatabaseProxy": "true",
    "Egress": "nat",
    "GlueDatabase": "sales_db",
    "HighlyAvailable": "true",
    "ReleaseType": "AllAtOnce",
    "PermissionsBoundary": "arn:aws:iam::123456789012:policy/bounds-of-sales",
    "ReserveConcurrency": "false",
}
EXISTING = {
    **REQUIRED,
    "JwtIssuer": "https://issuer.example.com",
    "JwtAudience": "users",
    "SignInUrl": "https://pool.auth.us-east-1.amazoncognito.com",
    "SignInClientId": "users",
    "ExistingDatabaseHost": "db.example.com",
    "ExistingDatabaseSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db",
    "ExistingRedisHost": "redis.example.com",
    "ExistingRedisSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:redis",
    "ExistingSearchUrl": "https://search.example.com",
    "ExistingSearchArn": "arn:aws:es:us-east-1:123456789012:domain/search",
    "SparkRelease": "",
}


@pytest.fixture(autouse=True)
def aws(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def existing_network():
    """The network that every account has from the start."""
    subnets = boto3.client("ec2").describe_subnets()["Subnets"][:2]
    return {
        "ExistingVpcId": subnets[0]["VpcId"],
        "ExistingSubnetIds": ",".join(subnet["SubnetId"] for subnet in subnets),
        "VpcCidr": "172.31.0.0/16",
    }


def existing_zone():
    """Of the domain's DNS."""
    made = boto3.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    return {"HostedZoneId": made["HostedZone"]["Id"].removeprefix("/hostedzone/")}


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param(REQUIRED, id="as_is", marks=pytest.mark.long),
        pytest.param(EVERYTHING, id="all"),
        pytest.param(EXISTING, id="existing", marks=pytest.mark.long),
    ],
)
def test_every_resource_that_the_emulator_knows_is_created(parameters, monkeypatch):
    there = existing_network() if parameters is EXISTING else {}
    there |= existing_zone() if parameters is EVERYTHING else {}
    stacks = deploy(parameters | there, monkeypatch).stacks()
    assert {stack.name: stack.status for stack in stacks if stack.status != "CREATE_COMPLETE"} == {}
    assert {stack.name: stack.made for stack in stacks} == {
        stack.name: stack.wanted for stack in stacks
    }
    nested = {stack.name.split("-")[1] for stack in stacks if "-" in stack.name}
    always = {"Logs", "Stores", "Roles", "Migration", "ReleaseAlarms", "Monitoring", "TlsOnly"}
    always |= {"ReleaseRoles", "StoreAlarms"}
    extra = {"Proxy", "Domain", "Edge", "Budget"}
    own = {"Identity", "Network", "Rotation", "Spark"} if parameters is not EXISTING else set()
    assert nested == always | own | (extra if parameters is EVERYTHING else set())


def test_a_proxy_comes_after_the_user_that_it_logs_in_as():
    """Its target group waits for a healthy target, twenty minutes, and then fails the stack."""
    resources = TEMPLATES["template.yaml"]["Resources"]
    assert resources["Proxy"]["DependsOn"] == "Migration"
    waiting = {
        name
        for name, resource in resources.items()
        if "Proxy" in json.dumps(resource.get("Properties", {}).get("Environment", {}))
    }
    assert waiting == {"UsersApiFunction", "SearchSyncFunction"}


def test_only_the_listed_types_are_left_out(monkeypatch, capsys):
    deployment = deploy(REQUIRED, monkeypatch)
    with capsys.disabled():
        print(f"\nnot emulated, hence not deployed here: {', '.join(deployment.unsupported_types)}")
    assert deployment.unsupported_types == UNSUPPORTED


def test_functions_get_their_own_role_and_the_addresses_of_what_was_made(monkeypatch):
    deploy(REQUIRED, monkeypatch)
    functions = {
        re.split("[-_]", one["FunctionName"])[1]: one
        for one in boto3.client("lambda").list_functions()["Functions"]
    }
    api, etl = functions["UsersApiFunction"], functions["SalesEtlFunction"]
    roles = {role["Arn"] for role in boto3.client("iam").list_roles()["Roles"]}
    assert {one["Role"] for one in functions.values()} <= roles
    assert len({one["Role"] for one in functions.values()}) == len(functions)
    subnets = {one["SubnetId"] for one in boto3.client("ec2").describe_subnets()["Subnets"]}
    assert set(api["VpcConfig"]["SubnetIds"]) <= subnets
    variables = etl["Environment"]["Variables"]
    names = {one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]}
    assert {variables["LANDING_BUCKET"], variables["PROCESSED_BUCKET"]} <= names


def test_landing_bucket_calls_the_etl(monkeypatch):
    resources = deploy(REQUIRED, monkeypatch).documents["template.yaml"]["Resources"]
    rules = resources["LandingBucket"]["Properties"]["NotificationConfiguration"]
    targets = {
        rule["Filter"]["S3Key"]["Rules"][0]["Value"]: rule["Function"]
        for rule in rules["LambdaConfigurations"]
    }
    assert set(targets) == {".csv", ".csv.gz"}
    (alias,) = {str(target) for target in targets.values()}
    assert "'SalesEtlFunction'" in alias


def expanded(kind, **changed):
    """Resources of one type, by logical id, of the template that SAM's translator wrote."""
    resources = expand({**REQUIRED, **changed})["Resources"]
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def test_every_release_publishes_a_new_version_of_every_function():
    """SAM sees neither layers nor parameters; an alias would stay on what was before them."""
    before = expanded("AWS::Lambda::Version")
    after = expanded("AWS::Lambda::Version", Release="fedcba9876543210" * 4)
    assert len(before) == len(after) == len(of_type("AWS::Serverless::Function"))
    assert set(before).isdisjoint(after)
    # Lambda makes no new version of a function in which nothing has changed.
    for function in expanded("AWS::Lambda::Function").values():
        assert function["Description"].endswith(f" {REQUIRED['Release']}")


def test_fix_can_be_released_while_its_alarm_rings():
    groups = expanded("AWS::CodeDeploy::DeploymentGroup", ReleaseType="AllAtOnce")
    functions = of_type("AWS::Serverless::Function").values()
    released = [one for one in functions if "DeploymentPreference" in one]
    assert released
    assert len(groups) == len(released)
    for group in groups.values():
        configuration = group["DeploymentConfigName"]["Fn::Sub"]
        assert configuration[1] == {"ConfigName": "AllAtOnce"}
        condition, alarms, none = group["AlarmConfiguration"]["Fn::If"]
        assert (condition, alarms["Enabled"], none) == ("HasCanary", True, {})
