"""A parameter that makes no sense is refused before anything is built, with the remedy."""

import re
from pathlib import Path

import pytest

from infrastructure.parameters import NETWORK_SIZES, broken_rules, malformed, unfitting_sizes
from tests.unit.deploy.test_template import TEMPLATES

ROOT = Path(__file__).parents[3]
PARAMETERS = TEMPLATES["template.yaml"]["Parameters"]
GIVEN = {"PythonRuntime": "python3.13", "BucketSuffix": "-acme"}
SECRET = "arn:aws:secretsmanager:eu-west-1:1:secret:x"


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_is_described(name: str) -> None:
    assert re.search(rf"`{name}`", (ROOT / "docs" / "deploy.md").read_text())


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("HighlyAvailabel=true", "Is HighlyAvailable meant?"),
        ("REDIS_HOST=", "REDIS_HOST is no parameter"),
        ("AlarmEmail", "is no NAME=VALUE"),
        ("Tracing=yes", "'yes' is not one of on, off"),
        ("HighlyAvailable=True", "'True' is not one of true, false"),
        ("ApiConcurrency=many", "'many' is not a whole number from 1 up"),
        ("ApiConcurrency=", "'' is not a whole number"),
        ("ApiConcurrency=0", "'0' is not a whole number from 1 up"),
        ("ApiConcurrency=1.5", "is not a whole number"),
        ("EtlMaxBytes=0", "'0' is not a whole number of bytes from 1"),
        ("EtlMaxBytes=4294967297", "is not a whole number of bytes from 1 to 4294967296"),
        ("EtlMaxBytes=1e6", "'1e6' is not a whole number of bytes"),
        ("EtlMaxBytes=300000.5", "is not a whole number of bytes"),
        ("RotationDays=1001", "from 1 to 1000"),
        ("RotationDays=30.5", "is not a whole number of days"),
        ("WarnColumnChanges=-1", "is not a whole number from 0 up"),
        ("WarnLeastRows=1e2", "is not a whole number"),
        ("RunRetentionDays=0.5", "is not a whole number of days"),
        ("WarnLostShare=much", "'much' is no number"),
        ("AlarmEmail=ops", "Whom alarms tell"),
        ("CorsOrigins=https://app.example.com/", "does not match"),
        ("CorsOrigins=app.example.com", "does not match"),
        ("DomainName=https://api.example.com", "does not match"),
        ("WebAclArn=arn:aws:wafv2:eu-west-1:1:regional/webacl/a/b", "does not match"),
        ("ConsoleUrl=https://api.example.com", "does not match"),
        ("SignInUrl=pool.auth.eu-west-1.amazoncognito.com", "does not match"),
        ("VpcCidr=10.40.0.0", "does not match"),
        ("ExistingSubnetIds=subnet-0a", "Two private subnets"),
        ("ExistingDatabaseHost=db.example.com:5432", "on port 5432"),
        ("ExistingRedisHost=rediss://cache", "on port 6379"),
        ("ExistingSearchUrl=search.example.com", "does not match"),
        ("ExistingDatabaseSecretArn=rds-secret", "does not match"),
        ("VpcCidr=999.1.1.1/24", "does not match"),
        ("VpcCidr=10.40.0.0/99", "does not match"),
        ("VpcCidr=10.40.0.256/24", "does not match"),
        ("DatabaseClass=foo", "Size of PostgreSQL"),
        ("DatabaseClass=t4g.micro", "does not match"),
        ("SearchClass=m5", "Size of OpenSearch's nodes"),
        ("SearchClass=db.t4g.micro", "does not match"),
        ("SparkRelease=8.0", "does not match"),
        ("SparkRelease=emr-6.15.0", "e.g. emr-spark-8.0.0"),
        ("SparkRelease=emr-7.12.0", "does not match"),
        ("Release=1.2", "does not match"),
    ],
)
def test_a_value_that_a_parameter_does_not_take_is_refused_by_name(word: str, said: str) -> None:
    (problem,) = malformed([word])
    assert word.partition("=")[0] in problem
    assert said in problem


@pytest.mark.parametrize(
    "word",
    [
        "SparkRelease=",
        "SparkRelease=emr-spark-8.1.0",
        "DatabaseClass=db.r6gd.16xlarge",
        "DatabaseClass=db.m8g.large",
        "SearchClass=or1.medium.search",
        "SearchClass=r7g.12xlarge.search",
        "VpcCidr=255.249.199.0/32",
        "CorsOrigins=*",
        "CorsOrigins=http://localhost:8080,https://app.example.com",
        "ExistingSubnetIds=subnet-0a,subnet-0b,subnet-0c",
        "PermissionsBoundary=arn:aws-us-gov:iam::123456789012:policy/bounds-of-sales",
        "VpcCidr=10.0.0.0/8",
        "WarnLostShare=0.35",
        "EtlMaxBytes=4294967296",
        "EtlMaxBytes=100000",
        "RotationDays=1000",
        "AvailabilityZones=eu-west-1a,eu-west-1b",
    ],
)
def test_what_makes_sense_is_let_through(word: str) -> None:
    assert list(malformed([word])) == []


def test_only_what_may_be_a_fraction_is_a_number() -> None:
    numbers = {
        name
        for name, one in PARAMETERS.items()
        if one["Type"] == "Number" and "AllowedValues" not in one
    }
    shares = {"WarnLostShare", "WarnReasonShare", "WarnRowDrift", "WarnMeanDrift"}
    assert numbers == shares, "a whole number is a String with a pattern of digits"


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_says_what_it_is(name: str) -> None:
    """CloudFormation's console shows it, and the preflight beside a value that it refuses."""
    assert PARAMETERS[name]["Description"]


def test_sizes_of_the_network_are_those_that_its_template_can_cut_up() -> None:
    """A VPC has /16 to /28, and its networks have to fit."""
    resources = TEMPLATES["network.yaml"]["Resources"].values()
    networks = [
        one["Properties"]["CidrBlock"]["Fn::Select"]
        for one in resources
        if one["Type"] == "AWS::EC2::Subnet"
    ]
    ((count, bits),) = {tuple(cut["Fn::Cidr"][1:]) for _, cut in networks}
    assert sorted(place for place, _ in networks) == [*range(count)]
    fits = [size for size in range(16, 29) if count * 2**bits <= 2 ** (32 - size)]
    assert [*NETWORK_SIZES] == fits


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"VpcCidr": "10.0.0.0/15"}, True),
        ({"VpcCidr": "10.0.0.0/16"}, False),
        ({"VpcCidr": "10.0.0.0/22"}, False),
        ({"VpcCidr": "10.0.0.0/23"}, True),
        ({"VpcCidr": "10.0.0.0/8", "ExistingVpcId": "vpc-0a"}, False),
        ({"ApiConcurrency": "113"}, True),
        ({"ApiConcurrency": "112"}, False),
        ({"ApiConcurrency": "500", "DatabaseClass": "db.t3.medium"}, True),
        ({"ApiConcurrency": "500", "DatabaseClass": "db.m8g.large"}, False),
        ({"ApiConcurrency": "500", "ReserveConcurrency": "false"}, False),
        ({"ApiConcurrency": "500", "ExistingDatabaseHost": "db"}, False),
    ],
)
def test_a_size_is_refused_where_it_cannot_fit(given: dict[str, str], *, refused: bool) -> None:
    assert bool([*unfitting_sizes(given)]) is refused


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_default_is_a_value_that_its_parameter_takes(name: str) -> None:
    assert list(malformed([f"{name}={PARAMETERS[name]['Default']}"])) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PythonRuntime": "python3.11"}, "python3.11 is Amazon Linux 2"),
        ({"BucketSuffix": ""}, "Give BucketSuffix"),
        ({"ExistingVpcId": "vpc-0a"}, "Give ExistingSubnetIds"),
        ({"ExistingSubnetIds": "subnet-0a,subnet-0b"}, "Give ExistingVpcId"),
        ({"ExistingDatabaseHost": "db"}, "Give ExistingDatabaseSecretArn"),
        ({"ExistingDatabaseUserSecretArn": SECRET}, "Give ExistingDatabaseHost"),
        ({"ExistingRedisSecretArn": SECRET}, "Give ExistingRedisHost"),
        ({"ExistingSearchUrl": "https://s"}, "Give ExistingSearchArn"),
        ({"ExistingSearchArn": "arn:aws:es:r:1:domain/s"}, "Give ExistingSearchUrl"),
        ({"DomainName": "a.example.com"}, "Give CertificateArn"),
        ({"HostedZoneId": "Z1"}, "Give DomainName"),
        ({"BudgetDollars": "100"}, "Give AlarmEmail"),
        ({"JwtIssuer": "https://i"}, "Give JwtAudience"),
        ({"JwtAudience": "users"}, "Give JwtIssuer"),
        ({"SignInClientId": "c"}, "Give SignInUrl"),
        ({"BucketSuffix": "Acme"}, "'Acme' does not match"),
    ],
)
def test_what_goes_together_is_asked_for_together(changed: dict[str, str], said: str) -> None:
    (problem,) = broken_rules(GIVEN | changed)
    assert said in problem


def test_a_proxy_of_a_database_that_was_there_is_refused() -> None:
    given = {"ExistingDatabaseHost": "db", "ExistingDatabaseSecretArn": SECRET}
    (problem,) = broken_rules({**GIVEN, **given, "DatabaseProxy": "true"})
    assert "A proxy of an existing database" in problem


def test_the_defaults_of_the_template_break_no_rule() -> None:
    assert list(broken_rules(GIVEN)) == []
