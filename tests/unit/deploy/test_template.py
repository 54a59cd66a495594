"""The templates as a whole: alarms are documented, defaults are safe, stores are private."""

import json
import re
from pathlib import Path

import pytest
import yaml

from layers.builder.check import layers_of
from tests.template_document import read_document

ROOT = Path(__file__).parents[3]
TEMPLATES = {
    path.name: read_document(path)
    for path in [ROOT / "template.yaml", *sorted((ROOT / "infrastructure").glob("*.yaml"))]
}
RESOURCES = {
    (file, name): resource
    for file, template in TEMPLATES.items()
    for name, resource in template["Resources"].items()
}


def of_type(kind: str) -> dict[str, dict]:
    return {
        name: resource.get("Properties", {})
        for (_, name), resource in RESOURCES.items()
        if resource["Type"] == kind
    }


LOGS_ARE_KEPT = {"Ref": "LogRetentionDays"}
ALARMS = of_type("AWS::CloudWatch::Alarm")


@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS)
def test_every_alarm_tells_somebody_and_points_to_what_to_do(alarm):
    anchor = alarm["AlarmDescription"].rpartition("docs/operations.md#")[2]
    assert f"\n### {anchor}\n" in (ROOT / "docs" / "operations.md").read_text()
    assert alarm["AlarmActions"] == [{"Ref": "Topic"}]


def test_every_documented_alarm_exists():
    documented = set(re.findall(r"^### (\S+)$", (ROOT / "docs/operations.md").read_text(), re.M))
    existing = {alarm["AlarmDescription"].rpartition("#")[2] for alarm in ALARMS.values()}
    assert documented == existing


@pytest.mark.parametrize("name", of_type("AWS::S3::Bucket"))
def test_bucket_is_private_versioned_encrypted_and_cleans_up(name):
    bucket = of_type("AWS::S3::Bucket")[name]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]
    assert bucket["LifecycleConfiguration"]["Rules"][0]["AbortIncompleteMultipartUpload"]


@pytest.mark.parametrize("name", [*of_type("AWS::S3::BucketPolicy"), "EtlFailureQueuePolicy"])
def test_plain_http_is_denied(name):
    policy = {**of_type("AWS::S3::BucketPolicy"), **of_type("AWS::SQS::QueuePolicy")}[name]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_deployed_defaults_ask_for_a_token_and_verified_tls():
    functions = TEMPLATES["template.yaml"]["Resources"]
    variables = functions["UsersApiFunction"]["Properties"]["Environment"]["Variables"]
    expected = {
        "AUTH_REQUIRED": "true",
        "DATABASE_TLS": "verify-full",
        "REDIS_TLS": "true",
        "REDIS_SECRET_ARN": {"Fn::GetAtt": ["Stores", "Outputs.RedisSecretArn"]},
        "OPENSEARCH_AUTH": "sigv4",
        "DATABASE_PASSWORD": "",
    }
    assert expected.items() <= variables.items()
    api = functions["UsersHttpApi"]["Properties"]
    assert api["Auth"]["DefaultAuthorizer"] == "Jwt"


def test_no_deployed_function_logs_tracebacks():
    for name, function in of_type("AWS::Serverless::Function").items():
        assert function["Environment"]["Variables"]["LOG_TRACEBACKS"] == "false", name


def test_only_status_and_the_page_without_a_secret_are_open():
    open_routes = [route.split() for route, (is_open, _) in http_routes().items() if is_open]
    # What a page may call is said to everybody, and nothing else by OPTIONS.
    open_paths = [path for method, path in open_routes if method != "OPTIONS"]
    console = ["/console", "/console/", "/console/{proxy+}"]
    assert sorted(open_paths) == ["/", *console, "/status"]


def test_every_function_has_its_role_its_log_group_and_keeps_logs_for_a_time():
    functions = of_type("AWS::Serverless::Function")
    roles = [json.dumps(function.get("Role", name)) for name, function in functions.items()]
    groups = [json.dumps(function["LoggingConfig"]["LogGroup"]) for function in functions.values()]
    assert len(set(roles)) == len(set(groups)) == len(functions)
    for name, group in of_type("AWS::Logs::LogGroup").items():
        assert group["RetentionInDays"] in ({"Ref": "RetentionInDays"}, LOGS_ARE_KEPT), name
    for name, stack in of_type("AWS::CloudFormation::Stack").items():
        given = stack.get("Parameters", {}).get("RetentionInDays", LOGS_ARE_KEPT)
        assert given == LOGS_ARE_KEPT, name


def test_build_knows_every_function_with_its_layers(tmp_path):
    """sam build writes intrinsics in their long form, as `read_document` gives them."""
    (tmp_path / "template.yaml").write_text(yaml.safe_dump(TEMPLATES["template.yaml"]))
    assert layers_of(tmp_path) == {
        name: tuple(layer["Ref"] for layer in one.get("Layers", []))
        for name, one in of_type("AWS::Serverless::Function").items()
    }
    assert layers_of(tmp_path)["UsersApiFunction"] == ("ApiDependenciesLayer",)


def test_nothing_that_stores_data_is_public_or_unencrypted():
    (database,) = of_type("AWS::RDS::DBInstance").values()
    assert (database["PubliclyAccessible"], database["StorageEncrypted"]) == (False, True)
    assert database["ManageMasterUserPassword"] is True
    (parameters,) = of_type("AWS::RDS::DBParameterGroup").values()
    assert parameters["Parameters"]["rds.force_ssl"] == "1"
    (search,) = of_type("AWS::OpenSearchService::Domain").values()
    assert search["EncryptionAtRestOptions"] == search["NodeToNodeEncryptionOptions"]
    assert search["DomainEndpointOptions"]["EnforceHTTPS"] is True


def test_the_cache_lets_nobody_in_without_a_password_that_only_its_secret_knows():
    (cache,) = of_type("AWS::ElastiCache::ServerlessCache").values()
    (group,) = of_type("AWS::ElastiCache::UserGroup").values()
    (user,) = of_type("AWS::ElastiCache::User").values()
    assert cache["UserGroupId"] == {"Ref": "CacheUsers"}
    assert group["UserIds"] == [{"Ref": "CacheUser"}]
    # CloudFormation reads the secret itself: the password is in no template and no parameter.
    text = "{{resolve:secretsmanager:${CacheSecret}:SecretString:password}}"
    assert user["Passwords"] == [{"Fn::Sub": text}]
    assert user["UserName"] == "default"
    template = of_type("AWS::SecretsManager::Secret")["CacheSecret"]["GenerateSecretString"]
    assert json.loads(template["SecretStringTemplate"]) == {"username": "default"}
    assert template["PasswordLength"] >= 16


def test_whoever_is_called_from_outside_is_released_by_canary_after_the_smoke_function():
    functions = of_type("AWS::Serverless::Function")
    called = {
        name
        for name, function in functions.items()
        if {"HttpApi", "S3"} & {event["Type"] for event in function.get("Events", {}).values()}
    }
    tried = json.dumps(functions["SmokeFunction"]["Environment"]["Variables"])
    for name in called:
        preference = functions[name]["DeploymentPreference"]
        assert preference["Hooks"] == {"PreTraffic": {"Ref": "SmokeFunction"}}, name
        condition, alarms, _ = preference["Alarms"]["Fn::If"]
        assert (condition, bool(alarms)) == ("HasCanary", True), name
        assert f"{name}.Version" in tried, name


def test_tracing_is_paid_for_where_it_is_asked_for_alone():
    assert TEMPLATES["template.yaml"]["Parameters"]["Tracing"]["Default"] == "off"
    for name, function in of_type("AWS::Serverless::Function").items():
        assert function["Tracing"] == {"Fn::If": ["HasTracing", "Active", "PassThrough"]}, name
        # What is recorded is not empty: the code sends its spans by the same parameter.
        assert function["Environment"]["Variables"]["TRACING"] == {"Ref": "Tracing"}, name


def test_every_suppressed_finding_says_why():
    for (file, name), resource in RESOURCES.items():
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skip["comment"]) > 15, f"{file} {name} {skip}"
            assert set(skip) == {"id", "comment"}, f"{file} {name}: a comma cuts the comment"


# EMR asks whether a log group is there by looking at all.
UNNAMED = ("logs:DescribeLogGroups",)
# Those of the pipeline are judged in test_bootstrap.py.
ROLES = {
    name: role
    for (file, name), resource in RESOURCES.items()
    if resource["Type"] == "AWS::IAM::Role" and file != "bootstrap.yaml"
    for role in [resource["Properties"]]
}


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_role_is_taken_by_one_service_and_names_actions_and_resources(role):
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert list(trust["Principal"]) == ["Service"]
    assert isinstance(trust["Principal"]["Service"], str)
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            assert "*" not in str(statement["Action"])
            resources = statement["Resource"]
            for resource in resources if isinstance(resources, list) else [resources]:
                if statement["Action"] in UNNAMED:
                    continue
                # Always of this stack: a name, an attribute or a text with one of them in it.
                (how,) = resource
                assert how in {"Ref", "Fn::GetAtt", "Fn::Sub"}
                assert how != "Fn::Sub" or "${" in resource[how].replace("${AWS::", "")


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_every_role_is_bounded_where_a_boundary_is_given(role):
    bounded = {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
    assert role["PermissionsBoundary"] == bounded


def http_routes():
    """Whether each route of the API is open to everybody, by its key, and its function."""
    return {
        f"{event['Properties']['Method']} {event['Properties']['Path']}": (
            event["Properties"].get("Auth", {}).get("Authorizer") == "NONE",
            name,
        )
        for name, resource in TEMPLATES["template.yaml"]["Resources"].items()
        for event in (resource.get("Properties") or {}).get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }


def test_what_anybody_may_call_is_throttled_below_the_rest():
    api = TEMPLATES["template.yaml"]["Resources"]["UsersHttpApi"]["Properties"]
    open_routes = {route for route, (is_open, _) in http_routes().items() if is_open}
    assert open_routes
    for route in open_routes:
        # The page asks for each of its parts.
        share = 2 if route == "GET /console/{proxy+}" else 10
        for name, limit in api["RouteSettings"][route].items():
            assert limit <= api["DefaultRouteSettings"][name] / share


def test_a_browser_may_ask_without_a_token_whether_its_page_may_call():
    """A route of ANY takes preflight requests, and its authorizer would refuse them."""
    routes = http_routes()
    guarded = {
        route.removeprefix("ANY "): function
        for route, (is_open, function) in routes.items()
        if route.startswith("ANY ") and not is_open
    }
    assert "/datasets/{proxy+}" in guarded
    for path, function in guarded.items():
        # By the same function, so that it says of the path what it takes.
        assert routes.get(f"OPTIONS {path}") == (True, function), path


def test_pages_that_may_call_the_api_may_call_all_of_it():
    resources = TEMPLATES["template.yaml"]["Resources"]
    cors = resources["UsersHttpApi"]["Properties"]["CorsConfiguration"]["Fn::If"][1]
    methods = {
        event["Properties"]["Method"]
        for resource in resources.values()
        for event in (resource.get("Properties") or {}).get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    assert methods - {"ANY", "OPTIONS"} <= set(cors["allowMethods"])
    # What a browser asks for before it sends them, as docs/api.md has them.
    asked = {"authorization", "cache-control", "content-type", "idempotency-key", "if-match"}
    assert asked <= set(cors["allowHeaders"])


def test_the_console_may_send_files_to_the_landing_bucket_and_no_page_may_read_one():
    buckets = of_type("AWS::S3::Bucket")
    (rule,) = buckets["LandingBucket"]["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["PUT"]
    # Those that functions/api/api/web/console/static/uploads.js sets.
    assert rule["AllowedHeaders"] == ["content-type"]
    assert [name for name, one in buckets.items() if "CorsConfiguration" in one] == [
        "LandingBucket"
    ]


def test_every_route_with_limits_of_its_own_exists_and_has_lower_ones():
    """API Gateway refuses a stage with settings of a route that it does not have."""
    resources = TEMPLATES["template.yaml"]["Resources"]
    api = resources["UsersHttpApi"]["Properties"]
    routes = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}"
        for resource in resources.values()
        for event in (resource.get("Properties") or {}).get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    assert set(api["RouteSettings"]) <= routes
    for settings in api["RouteSettings"].values():
        for name, limit in settings.items():
            assert limit < api["DefaultRouteSettings"][name]


def test_who_signs_in_to_the_console_gets_tokens_that_the_authorizer_takes():
    api = TEMPLATES["template.yaml"]["Resources"]["UsersHttpApi"]["Properties"]
    audience = json.dumps(api["Auth"]["Authorizers"]["Jwt"]["JwtConfiguration"]["audience"])
    variables = TEMPLATES["template.yaml"]["Resources"]["UsersApiFunction"]["Properties"]
    told = json.dumps(variables["Environment"]["Variables"]["SIGN_IN_CLIENT_ID"])
    assert "ConsoleClientId" in audience
    assert "ConsoleClientId" in told
    (client,) = (
        each
        for each in of_type("AWS::Cognito::UserPoolClient").values()
        if each["ClientName"] == "console"
    )
    # A page keeps no secret; the code flow is the one that PKCE protects.
    assert (client["GenerateSecret"], client["AllowedOAuthFlows"]) == (False, ["code"])
    assert client["CallbackURLs"] == client["LogoutURLs"] == [{"Ref": "ConsoleUrl"}]


def test_what_a_restored_database_stands_in_stays_when_the_database_is_no_longer_the_stacks():
    stores = TEMPLATES["stores.yaml"]["Resources"]
    kept = ("DatabaseGroup", "DatabaseSubnets", "DatabaseParameters")
    assert [name for name in kept if "Condition" in stores[name]] == []
    used = json.dumps(stores["Database"]["Properties"])
    assert all(json.dumps({"Ref": name}) in used for name in kept)
