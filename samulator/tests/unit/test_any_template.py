"""Whatever a template holds: it loads, or what is wrong with it is one line."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samulator.control.effects import effects
from samulator.control.effects_table import as_json, as_text, idle_lines
from samulator.template.load import load_application
from samulator.template.model import Application, TemplateError

NAMES = ["A", "B", "C", "Fn", "Api"]
TYPES = [
    "AWS::Serverless::Function",
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::LayerVersion",
    "AWS::Serverless::StateMachine",
    "AWS::Serverless::SimpleTable",
    "AWS::Serverless::Application",
    "AWS::Serverless::Connector",
    "AWS::Lambda::Function",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Url",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Method",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Route",
    "AWS::CloudFormation::Stack",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::S3::Bucket",
    "AWS::SNS::Subscription",
    "AWS::SQS::Queue",
    "AWS::Scheduler::Schedule",
    "AWS::StepFunctions::StateMachine",
    "Custom::Thing",
    "Nonsense",
]
KEYS = [
    *("Action", "Api", "Arn", "Auth", "AutoPublishAlias", "BatchSize", "Body", "Bucket"),
    *("BucketName", "Code", "CodeUri", "Condition", "ContentUri", "CorsConfiguration"),
    *("Definition", "DefinitionBody", "DefinitionString", "DefinitionUri", "Destination"),
    *("DestinationConfig", "Environment", "EventInvokeConfig", "EventPattern", "EventSourceArn"),
    *("Events", "FifoQueue", "FilterCriteria", "Filters", "FunctionName", "FunctionUrlConfig"),
    *("FunctionVersion", "Handler", "ImageConfig", "InlineCode", "Input", "LambdaConfigurations"),
    *("Layers", "Location", "MaximumRetryAttempts", "MemorySize", "Method", "Name"),
    *("NotificationConfiguration", "OnFailure", "PackageType", "Parameters", "Path", "Policies"),
    *("Properties", "Protocol", "Queue", "QueueName", "RedrivePolicy", "Role", "RouteKey"),
    *("Runtime", "Schedule", "ScheduleExpression", "StageName", "Target", "Targets"),
    *("TemplateURL", "Timeout", "Type", "Variables", "VisibilityTimeout", "ZipFile", "paths"),
]
TEXTS = st.sampled_from(
    [
        *("", "A", "a.b", "code", "python3.12", "nodejs22.x", "arn:aws:sqs:us-east-1:1:q"),
        *("Image", "HttpApi", "S3", "SQS", "Schedule", "rate(1 day)", "${A.Arn}", "${", "true"),
        *("{{resolve:ssm:a}}", "AWS::NoValue", "lambda", "/", "{proxy+}", "ANY", "s3://b/k"),
    ]
)
SCALARS = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-1, 99999), st.just(0.5))
INTRINSICS = st.sampled_from(
    [
        *("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::FindInMap"),
        *("Fn::If", "Fn::Base64", "Fn::ImportValue", "Fn::Cidr", "Fn::Length", "Fn::Equals"),
        *("Fn::Transform", "Fn::ToJsonString", "Fn::Nonsense", "Condition"),
    ]
)


def _deeper(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*KEYS, *NAMES]), inner, max_size=4),
        st.dictionaries(INTRINSICS, inner, min_size=1, max_size=1),
    )


VALUES = st.recursive(SCALARS, _deeper, max_leaves=12)
MAPS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)


def _mostly(usual: st.SearchStrategy) -> st.SearchStrategy:
    """Of the right kind nine times of ten."""
    return st.integers(0, 9).flatmap(lambda number: VALUES if number == 9 else usual)


def _named(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.dictionaries(st.sampled_from(NAMES), values, max_size=4)


RESOURCES = st.fixed_dictionaries(
    {"Type": st.sampled_from(TYPES)},
    optional={
        "Properties": _mostly(MAPS),
        "DependsOn": _mostly(st.sampled_from(NAMES)),
        "Condition": _mostly(st.just("Yes")),
        "Metadata": _mostly(MAPS),
    },
)
FUNCTION_KEYS = [
    *("AutoPublishAlias", "CodeUri", "Environment", "EventInvokeConfig", "FunctionName"),
    *("FunctionUrlConfig", "Handler", "ImageConfig", "InlineCode", "Layers", "MemorySize"),
    *("PackageType", "Policies", "ReservedConcurrentExecutions", "Role", "Runtime", "Timeout"),
]
EVENTS = st.fixed_dictionaries(
    {"Type": st.sampled_from(["Api", "HttpApi", "S3", "SQS", "SNS", "Schedule", "Kinesis"])},
    optional={"Properties": MAPS},
)
FUNCTIONS = st.fixed_dictionaries(
    {
        "Type": st.just("AWS::Serverless::Function"),
        "Properties": st.tuples(
            st.dictionaries(st.sampled_from(FUNCTION_KEYS), VALUES, max_size=5),
            st.fixed_dictionaries({}, optional={"Events": _named(EVENTS)}),
        ).map(lambda maps: {"Handler": "a.b", "Runtime": "python3.12", **maps[0], **maps[1]}),
    }
)
PARAMETERS = st.fixed_dictionaries(
    {"Type": st.sampled_from(["String", "Number", "CommaDelimitedList"])},
    optional={"Default": SCALARS, "AllowedValues": VALUES},
)
CONDITIONS = st.dictionaries(INTRINSICS, VALUES, min_size=1, max_size=1)
SECTIONS = st.fixed_dictionaries(
    {
        "Resources": _named(st.one_of(RESOURCES, FUNCTIONS)),
        "Conditions": _named(CONDITIONS).map(
            lambda declared: {**declared, "Yes": {"Fn::Equals": ["a", "a"]}}
        ),
    },
    optional={
        "Globals": st.dictionaries(st.sampled_from(["Function", "Api"]), _mostly(MAPS)),
        "Parameters": _named(_mostly(PARAMETERS)),
        "Mappings": _mostly(_named(_named(VALUES))),
        "Outputs": _named(_mostly(st.fixed_dictionaries({"Value": VALUES}))),
        "Transform": VALUES,
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("application")
    (folder / "code").mkdir()
    return folder


def _loaded(template: Path) -> Application | str:
    """The application, or what is wrong."""
    try:
        return load_application(template)
    except TemplateError as error:
        return str(error)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(document=SECTIONS)
def test_a_template_loads_or_says_in_one_line_what_is_wrong(folder, document):
    template = folder / "template.json"
    template.write_text(json.dumps(document), encoding="utf-8")
    application = _loaded(template)
    if isinstance(application, str):
        assert re.fullmatch(r"template\.json: .+", application)
        return
    rows = effects(application, folder)
    assert as_text(rows, application.warnings)
    assert json.loads(as_json("template.json", rows, application.warnings))
    assert all(line for line in idle_lines(rows, application.warnings))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text=st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_a_file_that_is_no_template_says_so_in_one_line(folder, text):
    template = folder / "template.yaml"
    template.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))

    with pytest.raises(TemplateError, match=r"template\.yaml: ") as raised:
        load_application(template)
    assert len(str(raised.value).splitlines()) == 1
