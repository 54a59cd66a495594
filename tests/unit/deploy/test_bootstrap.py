"""The pipeline's roles: whom they believe, what the boundary stops, and that it suffices."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from infrastructure.parameters import LONGEST_NAME
from tests.emulated_cloudformation import expand
from tests.unit.deploy.test_template import ROLES, ROOT, TEMPLATES

BOOTSTRAP = TEMPLATES["bootstrap.yaml"]["Resources"]
WORKFLOWS = {
    path.name: yaml.load(path.read_text(), Loader=yaml.BaseLoader)
    for path in (ROOT / ".github" / "workflows").glob("*.yml")
}


def statements(name: str) -> dict[str, Any]:
    document = BOOTSTRAP[name]["Properties"]["PolicyDocument"]
    return {one["Sid"]: one for one in document["Statement"]}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_only_jobs_of_one_environment_of_one_repository_may_deploy() -> None:
    (trust,) = BOOTSTRAP["DeployRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    condition = trust["Condition"]["StringEquals"]
    subject = condition["token.actions.githubusercontent.com:sub"]["Fn::Sub"]
    assert subject == "repo:${Repository}:environment:${Environment}"
    assert condition["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_a_role_is_made_and_changed_only_below_the_boundary() -> None:
    makes = {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"}
    for name in ("ExecutionPolicy", "RolesPolicy", "DeployPolicy"):
        for statement in statements(name).values():
            if makes & set(listed(statement["Action"])):
                bounded = {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}}
                assert (statement["Effect"], statement["Condition"]) == ("Allow", bounded)


def test_the_boundary_can_be_neither_changed_nor_taken_off() -> None:
    denied = statements("RolesPolicy")["NeverOutOfBounds"]
    assert denied["Effect"] == "Deny"
    assert {"Ref": "Boundary"} in denied["Resource"]
    assert {
        "iam:DeleteRolePermissionsBoundary",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
    } <= set(denied["Action"])


def test_the_boundary_gives_no_way_to_more_rights() -> None:
    for statement in statements("Boundary").values():
        for action in listed(statement["Action"]):
            if action == "iam:PassRole":
                # Roles below the boundary themselves, to the service that runs the Spark job.
                to = {"StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}}
                assert statement["Condition"] == to
                assert statement["Resource"]["Fn::Sub"].endswith(":role/${StackName}-*")
                continue
            assert not action.startswith(("iam:", "sts:", "cloudformation:"))
            assert not action.endswith("*")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_arn_names_its_service(file: str) -> None:
    """IAM refuses a policy with a wildcard there: "You cannot use a wildcard in the service
    segment". https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource
    """
    for text in texts(TEMPLATES[file]["Resources"]):
        # ${AWS::Partition} has colons of its own.
        plain = re.sub(r"[$][{][^}]*[}]", "x", text)
        for found in re.finditer(r"\barn:[^:\s]*:([^:\s]*)", plain):
            assert re.fullmatch(r"[a-z0-9-]+", found[1]), text


def test_the_boundary_stays_in_its_region_and_account() -> None:
    """For each service whose calls it lets through there, and for no other."""
    allowed = statements("Boundary")["OwnRegion"]
    arns = [one["Fn::Sub"].split(":${AWS::Region}:") for one in allowed["Resource"]]
    assert {rest for _, rest in arns} == {"${AWS::AccountId}:*"}
    services = [start.removeprefix("arn:${AWS::Partition}:") for start, _ in arns]
    assert sorted(services) == sorted({action.split(":")[0] for action in allowed["Action"]})


def test_no_policy_is_longer_than_iam_takes() -> None:
    """6,144 characters without white space; names are the longest that the template takes."""
    for name, resource in BOOTSTRAP.items():
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            text = re.sub(r"\s", "", json.dumps(resource["Properties"]["PolicyDocument"]))
            for variable, length in {
                "AWS::Partition": len("aws-us-gov"),
                "AWS::Region": len("ap-southeast-1"),
                "AWS::AccountId": 12,
                "StackName": LONGEST_NAME,
                "BucketSuffix": 41,
            }.items():
                text = text.replace(f"${{{variable}}}", "x" * length)
            assert len(text) <= 6144, name


def actions_of_the_application() -> set[str]:
    """What the roles and policies of all templates allow."""
    found: set[str] = set()
    for file, template in TEMPLATES.items():
        if file == "bootstrap.yaml":
            continue
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            is_role = resource["Type"] == "AWS::IAM::Role"
            inline = properties.get("Policies", []) if is_role else []
            documents = [one["PolicyDocument"] for one in inline]
            if resource["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
                documents.append(properties["PolicyDocument"])
            for document in documents:
                for statement in document["Statement"]:
                    if statement["Effect"] == "Allow":
                        found |= set(listed(statement["Action"]))
    return found


def test_the_boundary_leaves_every_role_what_it_needs() -> None:
    """A role without it works until the first deployment by the pipeline."""
    bounds = {action for one in statements("Boundary").values() for action in listed(one["Action"])}
    assert actions_of_the_application() - bounds == set()


def test_every_kind_of_resource_may_be_made_by_the_pipeline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the service that the type names; IAM is a policy of its own."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    services = {
        "ApiGatewayV2": "apigateway",
        "Cognito": "cognito-idp",
        "EMRServerless": "emr-serverless",
        "ElastiCache": "elasticache",
        "OpenSearchService": "es",
    }
    allowed = {
        action
        for name in ("ExecutionPolicy", "RolesPolicy")
        for one in statements(name).values()
        for action in listed(one["Action"])
    }
    kinds = {
        resource["Type"]
        for file, template in TEMPLATES.items()
        if file not in ("bootstrap.yaml", "template.yaml", "web_acl.yaml")
        for resource in template["Resources"].values()
    }
    kinds |= {one["Type"] for one in expand({"PythonRuntime": "python3.13"})["Resources"].values()}
    for kind in kinds - {"Custom::Migration"}:
        service = kind.split("::")[1]
        verb = "Change" if service == "Route53" else "Create"
        wanted = f"{services.get(service, service.lower())}:{verb}"
        assert any(fnmatchcase(wanted, a) or a.startswith(wanted) for a in allowed), kind


def test_roles_of_the_application_have_the_prefix_that_the_pipeline_may_make() -> None:
    """CloudFormation names them after their stack; one with a name of its own would be refused."""
    for name, role in ROLES.items():
        assert "RoleName" not in role, name


def test_it_becomes_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    parameters = {
        "Repository": "acme/sales",
        "Environment": "test",
        "StackName": "sales-test",
        "BucketSuffix": "-acme-test",
    }
    document = {**TEMPLATES["bootstrap.yaml"]}
    kept = {name: one for name, one in document["Resources"].items() if name != "GitHub"}
    provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    document = json.loads(
        json.dumps(document | {"Resources": kept}).replace('{"Ref": "GitHub"}', f'"{provider}"')
    )
    with mock_aws():
        client = boto3.client("cloudformation", region_name="us-east-1")
        client.create_stack(
            StackName="bootstrap",
            TemplateBody=json.dumps(document),
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        (stack,) = client.describe_stacks()["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert outputs["PermissionsBoundary"] == "arn:aws:iam::123456789012:policy/bounds-of-sales-test"
    assert set(outputs) == {"DeployRole", "ExecutionRole", "PermissionsBoundary", "ProviderArn"}
    assert outputs["ProviderArn"] == provider


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_have_no_rights_that_a_job_does_not_ask_for_and_no_secret(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {}
    assert "secrets." not in (ROOT / ".github" / "workflows" / name).read_text()
    for job in workflow["jobs"].values():
        assert job["permissions"]["contents"] == "read"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_code_of_others_is_pinned_by_commit(name: str) -> None:
    steps = [s for job in WORKFLOWS[name]["jobs"].values() for s in job.get("steps", [])]
    for step in steps:
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])


def test_production_comes_after_the_test_stack_was_used() -> None:
    jobs = WORKFLOWS["pipeline.yml"]["jobs"]
    assert (jobs["test"]["needs"], jobs["production"]["needs"]) == ("check", "test")
    assert jobs["test"]["with"] == {"environment": "test", "end_to_end": "true"}
    assert jobs["check"]["steps"][-1] == {"run": ".ci/run"}
    deploys = WORKFLOWS["deploy.yml"]["jobs"]["deploy"]
    assert deploys["environment"] == "${{ inputs.environment }}"
    assert [step["run"].split()[:2] for step in deploys["steps"] if "run" in step] == [
        ["make", "deploy"],
        ["make", "test-deployed"],
        ["make", "test-deployed"],
    ]
