"""Asks the AWS account, before half an hour of deployment, for what would make it fail at the end.

Reads only. What may not be asked is said and left to the deployment itself.
"""

import argparse
import re
import ssl
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infrastructure.parameters import (
    broken_rules,
    contradictions,
    malformed,
    unfitting_sizes,
    unusable_name,
)
from infrastructure.regions import missing_there

ROOT = Path(__file__).parents[1]
RDS_ROOTS = ROOT / "functions" / "api" / "api" / "database" / "rds_roots.pem"
RESERVED = 17  # environments that template.yaml reserves for its functions but the API
API_CONCURRENCY = 60  # of the API, where the parameter ApiConcurrency says nothing else
UNRESERVED = 100  # Lambda leaves an account at least so many
SEARCH_ROLE = "AWSServiceRoleForAmazonOpenSearchService"
ZONES_WITHOUT_LAMBDA = {"use1-az3"}


@dataclass(frozen=True)
class Deployment:
    """What is asked for, and where. CloudFormation keeps what is not given again."""

    session: boto3.session.Session
    stack: str
    asked: Mapping[str, str]

    @cached_property
    def existing(self) -> Mapping[str, Any] | None:
        """The stack as it is; one whose changes were never confirmed is none yet."""
        client = self.session.client("cloudformation")
        try:
            (found,) = client.describe_stacks(StackName=self.stack)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else found

    def given(self, parameter: str) -> str:
        """Empty where neither this deployment nor the one before it gave the parameter."""
        if parameter in self.asked or self.existing is None:
            return self.asked.get(parameter, "")
        return self._kept.get(parameter, "")

    @property
    def parameters(self) -> Mapping[str, str]:
        """All that this deployment gives or the one before it gave."""
        return {**self._kept, **self.asked}

    @property
    def _kept(self) -> Mapping[str, str]:
        kept = self.existing.get("Parameters", []) if self.existing else []
        return {one["ParameterKey"]: str(one["ParameterValue"]) for one in kept}


def main() -> None:
    """Exit status 1 with one paragraph for each thing to do first."""
    parser = argparse.ArgumentParser(prog="infrastructure.preflight", description=__doc__)
    parser.add_argument("--stack", help="its name, if not that of samconfig.toml")
    parser.add_argument("--account", action="store_true", help="ask only whether there is one")
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE")
    arguments = parser.parse_args()
    given = [text.partition("=")[::2] for text in arguments.parameters]
    parameters = dict(given)
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())
    stack = arguments.stack or settings["prod"]["global"]["parameters"]["stack_name"]
    deployment = Deployment(boto3.session.Session(), stack, parameters)
    if arguments.account:
        sys.exit("\n".join(_no_account(deployment)) or 0)
    said = [*unusable_name(stack), *contradictions(given), *malformed(arguments.parameters)]
    problems = said or [*check(deployment)]
    if not problems and not deployment.given("AlarmEmail"):
        sys.stderr.write("note: alarms tell nobody; AlarmEmail=ops@example.com among PARAMETERS\n")
    if problems:
        sys.exit("Not deployed. First:\n\n" + "\n\n".join(problems))


def check(deployment: Deployment) -> Iterator[str]:
    """One paragraph for each thing that would fail. Credentials come first: nothing else works."""
    if without := [*_no_account(deployment)]:
        yield from without
        return
    asks = (
        *(_stack, _suffix, _rules, _region, _concurrency),
        *(_search_role, _database_root, _buckets, _zones),
    )
    for ask in asks:
        try:
            yield from ask(deployment)
        except (BotoCoreError, ClientError) as error:
            sys.stderr.write(f"not checked before deploying: {error}\n")


def _no_account(deployment: Deployment) -> Iterator[str]:
    if deployment.session.region_name is None:
        yield "Name a region: export AWS_DEFAULT_REGION=eu-west-1, or `aws configure`."
        return
    try:
        deployment.session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        yield f"Sign in to AWS in this shell (`aws configure sso`, `aws sso login`): {error}"


def _stack(deployment: Deployment) -> Iterator[str]:
    status = deployment.existing["StackStatus"] if deployment.existing else ""
    # One that failed to be created is kept, and the next deployment goes on with it.
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"):
        yield (
            f"The stack {deployment.stack} is what a deployment that failed has left ({status}). "
            "Read why in its events, then remove it:\n"
            f"  aws cloudformation delete-stack --stack-name {deployment.stack}"
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        yield (
            f"The stack {deployment.stack} is halfway back from an update that failed ({status}). "
            "Read in its events what stopped it, mend that, then let it go on:\n"
            f"  aws cloudformation continue-update-rollback --stack-name {deployment.stack}"
        )


def _rules(deployment: Deployment) -> Iterator[str]:
    if deployment.given("BucketSuffix"):
        yield from broken_rules(deployment.parameters)
        yield from unfitting_sizes(deployment.parameters)


def _region(deployment: Deployment) -> Iterator[str]:
    yield from missing_there(deployment.session.region_name, deployment.parameters)


def _concurrency(deployment: Deployment) -> Iterator[str]:
    if deployment.given("ReserveConcurrency") == "false":
        return
    limits = deployment.session.client("lambda").get_account_settings()["AccountLimit"]
    limit = limits["ConcurrentExecutions"]
    reserved = RESERVED + int(deployment.given("ApiConcurrency") or API_CONCURRENCY)
    if limit < UNRESERVED + reserved:
        yield (
            f"This account runs {limit} Lambda environments at a time, as new ones do; {reserved} "
            f"are to be reserved and {UNRESERVED} have to stay. Ask for more (Service Quotas, AWS "
            'Lambda, Concurrent executions), or add PARAMETERS="ReserveConcurrency=false".'
        )


def _search_role(deployment: Deployment) -> Iterator[str]:
    if deployment.given("ExistingSearchUrl"):
        return
    iam = deployment.session.client("iam")
    try:
        iam.get_role(RoleName=SEARCH_ROLE)
    except iam.exceptions.NoSuchEntityException:
        yield (
            "OpenSearch needs its role in this account, once, to reach a private network:\n"
            "  aws iam create-service-linked-role"
            " --aws-service-name opensearchservice.amazonaws.com"
        )


def _database_root(deployment: Deployment) -> Iterator[str]:
    region = deployment.session.region_name
    roots = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    roots.load_verify_locations(RDS_ROOTS)
    known = any(f"RDS {region} Root CA" in str(found["subject"]) for found in roots.get_ca_certs())
    if not deployment.given("ExistingDatabaseHost") and not known:
        yield (
            f"The root that signs databases in {region} is not here yet; AWS publishes it:\n"
            f"  curl --fail https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"
            " >> functions/api/api/database/rds_roots.pem"
        )


def _suffix(deployment: Deployment) -> Iterator[str]:
    suffix = deployment.given("BucketSuffix")
    if not re.fullmatch(r"-[a-z0-9-]{0,39}[a-z0-9]", suffix):
        yield (
            f"{suffix!r} cannot end the name of a bucket: a dash, then at most 40 lower-case "
            "letters, digits and dashes, e.g. BUCKET_SUFFIX=-acme-prod."
        )


def _buckets(deployment: Deployment) -> Iterator[str]:
    """A first deployment makes its buckets; those of a removed one are still there."""
    if deployment.existing:
        return
    s3 = deployment.session.client("s3")
    names = ["sales-landing", "sales-processed"]
    if deployment.asked.get("SparkRelease") != "":
        names.append("sales-artifacts")
    for name in names:
        bucket = name + deployment.given("BucketSuffix")
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                continue
        yield (
            f"The bucket {bucket} exists: kept from a deployment that was removed, or somebody "
            "else's. Give another BUCKET_SUFFIX, or remove the bucket if its files are not needed."
        )


def _zones(deployment: Deployment) -> Iterator[str]:
    if deployment.given("ExistingVpcId"):
        return
    found = deployment.session.client("ec2").describe_availability_zones()["AvailabilityZones"]
    zones = sorted((zone["ZoneName"], zone["ZoneId"]) for zone in found)
    usable = [name for name, number in zones if number not in ZONES_WITHOUT_LAMBDA]
    if asked := deployment.given("AvailabilityZones"):
        named = asked.split(",")
        if len({*named}) != 2 or not {*named} <= {*usable}:
            yield f"AvailabilityZones={asked}: name two of {', '.join(usable)}, with a comma."
    elif any(number in ZONES_WITHOUT_LAMBDA for _, number in zones[:2]):
        yield (
            "One of the region's first two zones has no Lambda. Name two others: "
            f'PARAMETERS="AvailabilityZones={",".join(usable[:2])}".'
        )


if __name__ == "__main__":
    main()
