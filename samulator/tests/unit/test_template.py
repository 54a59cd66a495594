"""Reading SAM templates: what they mean here, and what they say when they cannot run."""

import textwrap
from pathlib import Path

import pytest

from samulator.control.effects import effects
from samulator.control.project import open_project
from samulator.template.custom_resources import makers
from samulator.template.load import load_application
from samulator.template.model import (
    Application,
    Bucket,
    Destination,
    Function,
    Queue,
    SqsTrigger,
    TemplateError,
)
from samulator.template.model_http import Cors, HttpApi, LambdaProxy, Route
from samulator.template.model_stream import StreamTrigger
from samulator.template.parameters import parameter_texts
from testkit.sam_template import sam_template

OTHER_APP = Path(__file__).parents[1] / "other_app/template.yaml"
ROOT = Path(__file__).parents[3]
SQS = "arn:aws:sqs:us-east-1:123456789012:"
STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/1"


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str, **options) -> Application:
        (tmp_path / "code").mkdir(exist_ok=True)
        (tmp_path / "template.yaml").write_text(sam_template(text), encoding="utf-8")
        return load_application(tmp_path / "template.yaml", **options)

    return load


@pytest.fixture
def load_variable(load):
    """Load a template whose function has one variable, VALUE; return its value."""

    def load_variable(value: str, *, sections: str = "", **options) -> str:
        template = FUNCTION.replace("SECTIONS", sections).replace("VALUE_HERE", value)
        return load(template, **options).functions["F"].environment["VALUE"]

    return load_variable


FUNCTION = """\
Parameters:
  Name: {Type: String, Default: shop}
  Secret: {Type: String}
  List: {Type: CommaDelimitedList, Default: "a, b"}
SECTIONS
Conditions:
  IsShop: !Equals [!Ref Name, shop]
  Never: !Not [!Condition IsShop]
  Both: !And [!Condition IsShop, !Condition Never]
  Either: !Or [!Condition IsShop, !Condition Never]
Mappings:
  Sizes: {us-east-1: {big: "9"}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: python3.11
      Environment:
        Variables:
          VALUE: VALUE_HERE
  Bucket: {Type: AWS::S3::Bucket}
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "${Name}-data"}}
  Queue: {Type: AWS::SQS::Queue}
  Fifo: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Database: {Type: AWS::RDS::DBInstance}
  Gone: {Type: AWS::S3::Bucket, Condition: Never}
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("plain", "plain"),
        ("3", "3"),
        ("true", "true"),
        ("2024-01-31", "2024-01-31"),
        ("!Ref Name", "shop"),
        ("{Ref: Name}", "shop"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref AWS::AccountId", "123456789012"),
        ('!Sub "${Name}-${AWS::Region}-${!Literal}"', "shop-us-east-1-${Literal}"),
        ('!Sub ["${a}/${Name}", {a: !Ref Bucket}]', "bucket/shop"),
        ('!Sub "${Queue.Arn}"', "arn:aws:sqs:us-east-1:123456789012:Queue"),
        ("!GetAtt Queue.Arn", "arn:aws:sqs:us-east-1:123456789012:Queue"),
        ("!GetAtt [Fifo, QueueName]", "Fifo.fifo"),
        ("!Ref Queue", "http://127.0.0.1:4566/123456789012/Queue"),
        ("!Ref Named", "shop-data"),
        ("!GetAtt Named.Arn", "arn:aws:s3:::shop-data"),
        ("!GetAtt F.Arn", "arn:aws:lambda:us-east-1:123456789012:function:F"),
        ("!GetAtt FRole.Arn", "arn:aws:iam::123456789012:role/FRole"),
        ("!Ref Database", "Database"),
        ('!Join ["-", [a, !Ref Name]]', "a-shop"),
        ('!Join [",", !Ref List]', "a,b"),
        ('!Select [1, !Split ["/", "x/y"]]', "y"),
        ("!Select ['0', !Ref List]", "a"),
        ("!FindInMap [Sizes, !Ref AWS::Region, big]", "9"),
        ("!If [IsShop, yes-it-is, !GetAtt Database.Endpoint.Address]", "yes-it-is"),
        ("!If [Both, a, b]", "b"),
        ("!If [Either, a, b]", "a"),
        ("!Base64 abc", "YWJj"),
    ],
)
def test_intrinsics_become_values(load_variable, expression, value):
    assert load_variable(expression) == value


@pytest.mark.parametrize(
    ("expression", "value", "message"),
    [
        ("!Ref Nothing", "Nothing", "Nothing is not declared, so its name is used"),
        ("!Ref Gone", "Gone", "Gone is left out by its Condition, so its name is used"),
        (
            "!GetAtt Database.Whatever",
            "Database.Whatever",
            "Database.Whatever (AWS::RDS::DBInstance) is not known here, so it is "
            "'Database.Whatever'; known of it: Endpoint.Address, Endpoint.Port",
        ),
        (
            "!GetAtt F.arn",
            "F.arn",
            "F.arn (AWS::Lambda::Function) is not known here, so it is 'F.arn'; did you mean Arn?",
        ),
        (
            "!GetAtt Database.Endpoint.Port",
            "5432",
            "Database.Endpoint.Port (AWS::RDS::DBInstance) exists on AWS only, here it is '5432'",
        ),
        (
            '!ImportValue "x"',
            "x",
            "Fn::ImportValue x is another stack's, so it is 'x' here; give its value under "
            "[exports] in local.toml",
        ),
        (
            "'{{resolve:ssm:/a/b}}'",
            "{{resolve:ssm:/a/b}}",
            "{{resolve:ssm:/a/b}} is not known here, the text stays as it is; give its value under "
            "[ssm] in local.toml",
        ),
        ("!If [Nope, a, b]", "b", "condition Nope is not declared, so it does not hold"),
        (
            "!Select [5, [a]]",
            None,
            'Fn::Select does not take [5, ["a"]] (its list has 1 item, counted from 0), left out',
        ),
        (
            "!Select [-1, [a, b]]",
            None,
            'Fn::Select does not take [-1, ["a", "b"]] (its list has 2 items, counted from 0), '
            "left out",
        ),
        (
            "!FindInMap [Sizes, mars, big]",
            None,
            'Fn::FindInMap does not take ["Sizes", "mars", "big"] '
            "(no Sizes.mars.big in Mappings), left out",
        ),
        (
            "!Transform {Name: Own}",
            None,
            "Fn::Transform cannot be resolved on this machine, left out",
        ),
    ],
)
def test_what_only_aws_knows_harms_nothing_and_is_named(load, expression, value, message):
    application = load(FUNCTION.replace("SECTIONS", "").replace("VALUE_HERE", expression))

    assert application.functions["F"].environment.get("VALUE") == value
    assert f"F.Environment.Variables.VALUE: {message}" in application.warnings


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("[1, 2]", "VALUE: expected a string, got"),
    ],
)
def test_what_a_deployment_would_refuse_names_place_and_cause(load_variable, expression, message):
    with pytest.raises(TemplateError, match=message):
        load_variable(expression)


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("{Type: String}", "p"),
        ("{Type: Number}", "0"),
        ("{Type: Number, MinValue: 5}", "5"),
        ("{Type: String, AllowedValues: [b, a]}", "b"),
        ("{Type: AWS::EC2::VPC::Id}", "vpc-00000000000000000"),
        ("{Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>'}", "ami-00000000000000000"),
    ],
)
def test_a_parameter_without_a_value_gets_one_by_its_type(load, definition, value):
    application = load(
        f"Parameters: {{P: {definition}}}"
        + textwrap.dedent(function_with("Environment: {Variables: {VALUE: !Ref P}}"))
    )

    assert application.functions["F"].environment == {"VALUE": value}
    assert application.warnings == (
        f"Parameters.P: has no default, so it is {value!r} here; "
        "give it by --parameter-overrides P=VALUE",
    )


def test_an_attribute_of_a_nested_template_is_its_output(load, tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/template.yaml").write_text(
        """
Parameters: {Name: {Type: String}}
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${Name}-jobs"}}
  G:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: code, Handler: g.h, Runtime: python3.12}
Outputs: {QueueArn: {Value: !GetAtt Q.Arn}}
"""
    )

    application = load(
        function_with("Environment: {Variables: {VALUE: !GetAtt N.Outputs.QueueArn}}")
        + "  N: {Type: AWS::Serverless::Application, Properties:"
        " {Location: inner/template.yaml, Parameters: {Name: shop}}}"
    )

    arn = "arn:aws:sqs:us-east-1:123456789012:shop-jobs"
    assert application.functions["F"].environment == {"VALUE": arn}
    assert application.functions["N-G"].code_uri == tmp_path / "inner/code"
    assert application.queues["N-Q"].name == "shop-jobs"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("gone/template.yaml", "no such file"),
        ("template.yaml", "it is nested in itself"),
    ],
)
def test_a_nested_template_that_cannot_be_read_harms_nothing(load, location, reason):
    application = load(
        function_with("Timeout: 3")
        + f"  N: {{Type: AWS::Serverless::Application, Properties: {{Location: {location}}}}}"
    )

    assert list(application.functions) == ["F"]
    assert reason in application.idle["N"]


@pytest.mark.parametrize(
    "location",
    [
        "https://s3.amazonaws.com/bucket/t.yaml",
        "{ApplicationId: 'arn:aws:serverlessrepo:us-east-1:1:app/a', SemanticVersion: '1'}",
    ],
)
def test_a_nested_application_that_is_not_here_harms_nothing(load, location):
    application = load(
        function_with("Timeout: 3")
        + f"  N: {{Type: AWS::Serverless::Application, Properties: {{Location: {location}}}}}"
    )

    assert list(application.functions) == ["F"]
    assert application.resources["N"].properties["TemplateURL"]


def test_override_replaces_a_variable_that_only_aws_could_resolve(load_variable):
    value = load_variable("!GetAtt Database.Endpoint.Address", environment={"VALUE": "here"})

    assert value == "here"


def test_override_of_an_undeclared_variable_adds_nothing(load):
    application = load(
        FUNCTION.replace("SECTIONS", "").replace("VALUE_HERE", "x"), environment={"OTHER": "y"}
    )

    assert application.functions["F"].environment == {"VALUE": "x"}


def test_parameter_values_replace_defaults(load_variable):
    assert load_variable("!Ref Name", parameters={"Name": "other"}) == "other"


def test_undeclared_parameter_is_named(load):
    """A samconfig.toml may serve several templates."""
    application = load(function_with("Timeout: 3"), parameters={"Typo": "1"})

    assert application.warnings == ("Parameters.Typo: not declared, so '1' has no effect",)


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (None, "Parameters.Stag: not declared, so 'x' has no effect; did you mean Stage?"),
        (
            {"Stag": "samconfig.toml"},
            "Parameters.Stag: not declared, so 'x' of samconfig.toml has no effect; "
            "did you mean Stage?",
        ),
    ],
)
def test_a_parameter_with_a_slip_in_its_name_names_the_one_that_was_meant(sources, said):
    warnings = []
    document = {"Parameters": {"Stage": {"Type": "String", "Default": "a"}}}
    assert parameter_texts(document, {"Stag": "x"}, warnings.append, sources) == {"Stage": "a"}
    assert warnings == [said]


def test_parameter_outside_its_allowed_values_is_an_error(load):
    text = "Parameters: {P: {Type: String, AllowedValues: [a, b]}}\nResources: {}"

    with pytest.raises(TemplateError, match=r"Parameters.P: 'c' is not one of a, b"):
        load(text, parameters={"P": "c"})


def test_condition_that_depends_on_itself_is_an_error(load):
    with pytest.raises(TemplateError, match="depends on itself"):
        load(
            """
            Conditions: {A: !Not [!Condition A]}
            Resources: {B: {Type: AWS::S3::Bucket, Condition: A}}
            """
        )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Resources: {a: [", "while parsing"),
        ("Resources: &all {A: *all}", "stands inside of what its anchor names"),
        ("[1, 2]", "no Resources section, not a SAM template"),
        ("Resources: {A: {Properties: {}}}", "Resources.A has no Type"),
        (
            "Resources: {F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, CodeUri: ."
            ", Runtime: python3.11, Policies: [{S3ReadPolcy: {BucketName: b}}]}}}",
            r"\[F\] .*: SAM has no policy template S3ReadPolcy; did you mean S3ReadPolicy",
        ),
    ],
)
def test_file_that_is_no_template_says_why(load, text, message):
    with pytest.raises(TemplateError, match=message):
        load(text)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"absent.yaml: no such file"):
        load_application(tmp_path / "absent.yaml")


def function_with(properties: str) -> str:
    usual = ("CodeUri: code", "Handler: a.b", "Runtime: python3.11")
    kept = [each for each in usual if not properties.startswith(each.partition(" ")[0])]
    return f"""
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties: {{{", ".join([*kept, properties])}}}
        """


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("Handler: ''", r"id \[F\] is invalid. Runtime and Handler needs to be present"),
        ("Timeout: soon", "F.Timeout: 'soon' is not a number"),
        ("PackageType: Image", "Runtime, Handler, Layers cannot be present"),
        (
            "Events: {E: {Type: S3, Properties: {Bucket: gone, Events: x}}}",
            r"id \[E\] is invalid. S3 events must reference an S3 bucket in the same template",
        ),
        ("Events: {E: {Type: S3, Properties: {}}}", "Missing required property 'Bucket'"),
        (
            "Events: {A: {Type: HttpApi, Properties: {ApiId: One}}}",
            "ApiId must be a valid reference",
        ),
    ],
)
def test_what_aws_would_refuse_says_why(load, properties, message):
    with pytest.raises(TemplateError, match=message):
        load(function_with(properties))


@pytest.mark.parametrize(
    ("properties", "warning"),
    [
        (
            "Events: {E: {Type: Kinesis, Properties: {Stream: s, StartingPosition: LATEST}}}",
            "F.Events.E: AWS::Lambda::EventSourceMapping does not fire here: s is no stream",
        ),
        (
            "Events: {E: {Type: SQS, Properties: {Queue: 'arn:x'}}}",
            "F.Events.E: AWS::Lambda::EventSourceMapping does not fire here: arn:x is no queue",
        ),
        (
            "DeadLetterQueue: {Type: SQS, TargetArn: x}",
            "F.DeadLetterConfig: x is neither a queue nor a topic",
        ),
        (
            "DeadLetterQueue: {Type: SQS, TargetArn: 'arn:aws:sqs:us-east-1:1:other'}",
            "F.DeadLetterConfig: queue other is not in this template and gets nothing here",
        ),
        (
            "Events: {E: {Type: MSK, Properties: {Stream: 'arn:aws:kafka:us-east-1:1:cluster/c/1',"
            " Topics: [t], StartingPosition: LATEST}}}",
            "F.Events.E: AWS::Lambda::EventSourceMapping does not fire here: MSK does not run on",
        ),
        (
            "Events: {E: {Type: SelfManagedKafka, Properties: {Topics: [t],"
            " KafkaBootstrapServers: ['b:9092'], SourceAccessConfigurations:"
            " [{Type: SASL_SCRAM_512_AUTH, URI: 'arn:aws:secretsmanager:us-east-1:1:secret:x'}]}}}",
            "F.Events.E: AWS::Lambda::EventSourceMapping does not fire here: Kafka does not run on",
        ),
        (
            "CodeUri: s3://bucket/key",
            "F: does not run here, its code is not on this machine (s3://bucket/key)",
        ),
        ("Runtime: nodejs22.x", "F: does not run here, its runtime nodejs22.x is not Python"),
        (
            "Runtime: python2.7",
            "F: does not run here, its runtime python2.7 is too old: Python 3.9",
        ),
    ],
)
def test_what_is_left_out_is_a_warning(load, properties, warning):
    (line,) = load(function_with(properties)).warnings

    assert warning in line


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (
            "{Type: CloudWatchLogs, Properties: {LogGroupName: g, FilterPattern: ''}}",
            "does not fire here: functions log to files here, not to log groups",
        ),
        ("{Type: IoTRule, Properties: {Sql: SELECT}}", "does not fire here: there is no IoT here"),
        ("{Type: AlexaSkill}", "Alexa is not here, invoke F by hand"),
        (
            "{Type: EventBridgeRule, Properties: {Pattern: {source: [{unknown: 1}]}}}",
            'EventPattern: source: {"unknown": 1} is not understood here',
        ),
    ],
)
def test_what_calls_no_function_here_has_its_reason(load, event, reason):
    application = load(function_with(f"Events: {{E: {event}}}"))
    assert reason in application.idle.values()


def test_a_rule_whose_targets_are_not_here_is_idle(load):
    rule = "Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, Targets: ["
    ecs, queue = "{Id: a, Arn: 'arn:aws:ecs:r:1:c'}", "{Id: b, Arn: 'arn:aws:sqs:r:1:q'}"
    application = load(
        function_with("Timeout: 3") + f"  Idle: {{{rule}{ecs}]}}}}\n"
        f"          Half: {{{rule}{ecs}, {queue}]}}}}\n"
    )
    assert application.idle == {"Idle": "targets of ecs get nothing here"}
    assert "Half: targets of ecs get nothing here" in application.warnings


def test_schedules_reach_delivery_streams_and_those_of_rules_log_groups_and_api_destinations(load):
    stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/s"
    group = "arn:aws:logs:us-east-1:123456789012:log-group:g"
    hook = "arn:aws:events:us-east-1:123456789012:api-destination/d/1"
    rule, one = "{Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), ", "Arn: "
    schedule = "{Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: rate(1 day), "
    application = load(
        function_with("Timeout: 3")
        + f"  Rule: {rule}Targets: [{{{one}'{stream}'}}, {{{one}'{group}'}}, "
        + f"{{{one}'{hook}'}}]}}}}\n"
        + f"          Own: {schedule}Target: {{{one}'{stream}'}}}}}}\n"
        + f"          Logs: {schedule}Target: {{{one}'{group}'}}}}}}\n"
    )
    assert [each.target["Arn"] for each in application.schedules] == [stream, group, hook, stream]
    assert application.idle == {"Logs": "targets of logs get nothing here"}


def test_a_rule_may_call_routes_and_api_destinations(load):
    routes = "arn:aws:execute-api:us-east-1:123456789012:Api/Prod/POST/orders/*"
    application = load(
        function_with("Timeout: 3")
        + f"""
          Rule:
            Type: AWS::Events::Rule
            Properties:
              EventPattern: {{source: [a]}}
              Targets: [{{Id: a, Arn: '{routes}'}}, {{Id: b, Arn: !GetAtt Hook.Arn}}]
          Clock:
            Type: AWS::Events::Rule
            Properties:
              ScheduleExpression: rate(1 hour)
              Targets: [{{Id: a, Arn: '{routes}'}}]
          Hook:
            Type: AWS::Events::ApiDestination
            Properties: {{InvocationEndpoint: 'https://hooks.example.com/x'}}
        """
    )

    said = {each.name: each.does for each in effects(application, Path()) if each.works}

    assert application.idle == {}
    assert said["Rule"] == "each event that fits calls POST /orders/* of Api, API destination Hook"
    assert said["Clock"] == "rate(1 hour) calls POST /orders/* of Api"
    assert said["Hook"] == (
        "events go to hooks.example.com where api_destinations in local.toml names it"
    )


@pytest.mark.parametrize(
    ("targets", "reason"),
    [
        ("", "it has no target"),
        (", Targets: [{Id: first}]", "its target first has no Arn"),
        (
            ", Targets: [{Id: first, Arn: !Ref Gone}]",
            "its target Gone is no ARN and no function that runs here",
        ),
    ],
)
@pytest.mark.parametrize(
    "fires", ["EventPattern: {source: [a]}", "ScheduleExpression: rate(1 day)"]
)
def test_a_rule_that_calls_nothing_says_what_it_lacks(load, fires, targets, reason):
    application = load(
        function_with("Timeout: 3")
        + f"  Rule: {{Type: AWS::Events::Rule, Properties: {{{fires}{targets}}}}}\n"
    )

    assert application.idle == {"Rule": reason}
    (row,) = (each for each in effects(application, Path()) if each.name == "Rule")
    assert (row.works, row.does) == (False, reason)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (
            "Path: /x, Method: fetch",
            "/x has no route for fetch, which is no method of API Gateway (delete, get, head, "
            "options, patch, post, put or any)",
        ),
        ("Path: x, Method: get", "x has no route, for paths begin with /: write /x"),
    ],
)
@pytest.mark.parametrize("kind", ["Api", "HttpApi"])
def test_what_api_gateway_has_not_is_why_there_is_no_route(load, kind, place, why):
    application = load(function_with(f"Events: {{G: {{Type: {kind}, Properties: {{{place}}}}}}}"))
    api = f"Serverless{'Rest' if kind == 'Api' else 'Http'}Api"

    assert application.warnings == (f"{api}: {why}",)
    (row,) = (each for each in effects(application, Path()) if each.name == api)
    assert (row.works, row.does) == (False, why)


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ("Type: AWS::ApiGateway::Method, Properties: {HttpMethod: FETCH}", "HttpMethod FETCH,"),
        (
            "Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: FETCH /x}",
            "RouteKey FETCH /x: FETCH,",
        ),
    ],
)
def test_a_declared_method_that_api_gateway_has_not_is_told(load, resource, reason):
    application = load(function_with("Timeout: 3") + f"  R: {{{resource}}}\n")

    (said,) = application.warnings
    assert said.startswith(f"R: AWS refuses this: {reason} which is no method of API Gateway")


def test_triggers_of_user_pools_are_told_apart_by_what_pools_call_here(load):
    application = load(
        function_with(
            "Events: {C: {Type: Cognito, Properties:"
            " {UserPool: !Ref P, Trigger: [PreSignUp, UserMigration]}}}"
        )
        + """
          P:
            Type: AWS::Cognito::UserPool
            Properties:
              LambdaConfig:
                PostConfirmation: arn:aws:lambda:us-east-1:123456789012:function:gone
                PreTokenGenerationConfig: {LambdaArn: !GetAtt F.Arn, LambdaVersion: V2_0}
                CustomEmailSender: {LambdaArn: !GetAtt F.Arn, LambdaVersion: V1_0}
        """
    )

    rows = [row for row in effects(application, Path()) if row.name.startswith("P: ")]

    assert [(row.name.removeprefix("P: "), row.works, row.does) for row in rows] == [
        ("CustomEmailSender", False, "does not fire here, it calls F on AWS"),
        ("PostConfirmation", False, "gone is no function of this template that runs here"),
        ("PreSignUp", True, "calls F"),
        ("PreTokenGeneration", True, "calls F"),
        ("UserMigration", True, "calls F"),
    ]


def test_settings_that_do_nothing_of_what_is_here_are_named(load):
    application = load(
        function_with("Timeout: 3")
        + "  P: {Type: AWS::ApiGateway::UsagePlan, Properties: {Quota: {Limit: 5, Period: DAY}}}\n"
        + "          S: {Type: AWS::KinesisFirehose::DeliveryStream, Properties: {"
        "ExtendedS3DestinationConfiguration: {ProcessingConfiguration: {Processors: ["
        "{Type: Lambda, Parameters: [{ParameterName: LambdaArn, ParameterValue: !GetAtt F.Arn}]}"
        "]}}}}\n"
    )
    assert application.warnings == (
        "P: limits and quotas of usage plans do not count here",
        "S: its records are stored as they come, no function changes them",
    )


def test_globals_merge_as_sam_does(load):
    application = load(
        """
        Globals:
          Function:
            Runtime: python3.11
            Timeout: 7
            Layers: [!Ref Base]
            Environment: {Variables: {A: global, B: global}}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: a.b
              Timeout: 9
              Layers: [!Ref Own]
              Environment: {Variables: {B: own, C: own}}
          Base: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: code}}
          Own: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: code}}
        """
    )

    function = application.functions["F"]
    assert function.timeout == 9
    assert function.memory == 128
    assert function.layers == ("Base", "Own")
    assert function.environment == {"A": "global", "B": "own", "C": "own"}


@pytest.mark.parametrize(
    ("declared", "cors"),
    [
        ("true", Cors(allow_origins=("*",))),
        ("{AllowMethods: [get]}", Cors(allow_methods=("GET",))),
    ],
)
def test_cors_of_the_implicit_api_comes_from_globals(load, declared, cors):
    text = function_with("Events: {E: {Type: HttpApi}}")

    application = load(f"        Globals: {{HttpApi: {{CorsConfiguration: {declared}}}}}{text}")

    route = Route("ANY", "$default", LambdaProxy("F", "2.0", 30.0))
    assert application.apis == (HttpApi("ServerlessHttpApi", (route,), cors),)


def test_failure_destination_without_a_queue_gets_one_as_sam_makes_it(load):
    application = load(
        function_with("EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}}}")
    )

    destination = application.functions["F"].on_failure
    assert destination == Destination(SQS + "FEventInvokeConfigOnFailureQueue")
    assert application.queues[destination.name] == Queue(destination.name)


@pytest.fixture(scope="module")
def other_application() -> Application:
    """The template of samulator/tests/other_app."""
    return load_application(OTHER_APP)


def test_other_application_functions_have_their_settings(other_application):
    assert other_application.functions["WebFunction"] == Function(
        name="WebFunction",
        code_uri=OTHER_APP.parent / "web",
        handler="web.handler",
        runtime="python3.11",
        timeout=10,
        memory=256,
        environment={
            "STAGE": "test",
            "PAGES": "7",
            "UPLOADS": "arn:aws:s3:::uploads/*",
            "WORK_QUEUE_URL": "http://127.0.0.1:4566/123456789012/WorkQueue",
            "WORK_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:WorkQueue",
            "AUDIT": "no",
        },
        layers=("GreetingLayer", "ShoutLayer"),
    )
    upload = other_application.functions["UploadFunction"]
    assert (upload.maximum_retry_attempts, upload.on_failure) == (
        1,
        Destination(SQS + "failed"),
    )
    assert upload.reserved_concurrency == 1
    assert other_application.functions["NightlyFunction"].name == "local-nightly"


def test_function_with_a_false_condition_is_absent_until_it_holds(other_application):
    production = load_application(OTHER_APP, parameters={"Stage": "prod"})

    assert "ProductionOnlyFunction" not in other_application.functions
    assert "ProductionOnlyFunction" in production.functions
    assert production.functions["WebFunction"].environment["PAGES"] == "70"


def test_triggers_are_read(other_application):
    put, copy = other_application.s3_triggers
    assert (put.function, put.bucket, put.prefix, put.suffix) == (
        "UploadFunction",
        "uploads",
        "in/",
        ".txt",
    )
    assert (put.events, copy.events) == (("s3:ObjectCreated:Put",), ("s3:ObjectCreated:Copy",))
    (sqs,) = other_application.sqs_triggers
    assert (sqs.queue, sqs.batch_size, sqs.batching_window) == ("WorkQueue", 5, 1)
    assert sqs.report_batch_item_failures
    night, rule = other_application.schedules
    assert (rule.expression, rule.input, rule.event_bridge_rule) == (
        "rate(5 minutes)",
        '{"deep": true}',
        True,
    )
    assert (night.timezone, night.event_bridge_rule) == ("Europe/Berlin", False)


def test_buckets_and_queues_have_local_names(other_application):
    assert other_application.buckets == {"Uploads": Bucket("uploads")}
    assert other_application.queues["WorkQueue"].attributes == {
        "VisibilityTimeout": "60",
        "RedrivePolicy": f'{{"deadLetterTargetArn": "{SQS}failed", "maxReceiveCount": 2}}',
    }


def test_nothing_is_left_out(other_application):
    assert other_application.warnings == ()


def test_main_template_has_nothing_to_warn_of():
    project = open_project(ROOT)
    application = load_application(project.template, environment=project.environment)

    assert (application.warnings, application.idle) == ((), {})
    assert application.apis


@pytest.mark.parametrize(
    ("properties", "warning"),
    [
        ("BatchSize: 11", "a BatchSize over 10 needs MaximumBatchingWindowInSeconds"),
        ("BatchSize: 10001, MaximumBatchingWindowInSeconds: 1", "BatchSize 10001 is over 10000"),
        ("MaximumBatchingWindowInSeconds: 301", "is outside 0..300"),
        ("ScalingConfig: {MaximumConcurrency: 1}", "MaximumConcurrency is outside 2..1000"),
    ],
)
def test_a_queue_event_that_aws_refuses_is_said(tmp_path: Path, properties: str, warning: str):
    application = load_application(queue_template(tmp_path, properties))
    assert len(application.warnings) == 1
    assert application.warnings[0].startswith("F.Events.Work: AWS refuses this: ")
    assert warning in application.warnings[0]


def test_a_fifo_queue_has_limits_of_its_own(tmp_path: Path):
    template = queue_template(
        tmp_path, "BatchSize: 11, MaximumBatchingWindowInSeconds: 1", "FifoQueue: true"
    )
    warnings = load_application(template).warnings
    assert [warning.split(": ", 2)[2] for warning in warnings] == [
        "BatchSize 11 is over 10",
        "a FIFO queue takes no MaximumBatchingWindowInSeconds",
    ]


def test_the_concurrency_of_a_queue_event_is_read(tmp_path: Path):
    template = queue_template(tmp_path, "ScalingConfig: {MaximumConcurrency: 2}")
    (trigger,) = load_application(template).sqs_triggers
    assert trigger.maximum_concurrency == 2


def queue_template(folder: Path, properties: str, queue: str = "DelaySeconds: 0") -> Path:
    (folder / "code").mkdir()
    template = folder / "template.yaml"
    template.write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources:\n"
        "  F:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      {CodeUri: code, Handler: a.h, Runtime: python3.11, Events: {Work: {Type: SQS,\n"
        f"       Properties: {{Queue: !GetAtt Q.Arn, {properties}}}}}}}}}\n"
        f"  Q: {{Type: AWS::SQS::Queue, Properties: {{{queue}}}}}\n"
    )
    return template


def test_asynchronous_invokes_are_read_with_age_and_destinations(load):
    application = load(
        function_with(
            "EventInvokeConfig: {MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60,"
            " DestinationConfig: {OnSuccess: {Type: Lambda, Destination: !GetAtt F.Arn},"
            " OnFailure: {Type: SNS, Destination: 'arn:aws:sns:us-east-1:1:t'}}},"
            " Role: 'arn:aws:iam::123456789012:role/own'"
        )
    )

    function = application.functions["F"]
    assert (function.maximum_retry_attempts, function.maximum_event_age) == (1, 60)
    assert function.on_success == Destination("arn:aws:lambda:us-east-1:123456789012:function:F")
    assert function.on_failure == Destination("arn:aws:sns:us-east-1:1:t")
    assert application.warnings == (
        "F.EventInvokeConfig: topic t is not in this template and gets nothing here",
    )


def test_each_alias_may_have_an_invoke_config_of_its_own(load):
    application = load(
        function_with("AutoPublishAlias: live, EventInvokeConfig: {MaximumRetryAttempts: 1}")
        + """  Latest:
            Type: AWS::Lambda::EventInvokeConfig
            Properties: {FunctionName: !Ref F, Qualifier: $LATEST, MaximumRetryAttempts: 0}
        """
    )
    function = application.functions["F"]
    assert function.invoke_config("live").maximum_retry_attempts == 1
    assert function.invoke_config("$LATEST").maximum_retry_attempts == 0
    assert function.invoke_config(None).maximum_retry_attempts == 0


@pytest.mark.parametrize(
    ("destination", "kind", "name"),
    [
        ("arn:aws:events:us-east-1:1:event-bus/b", "EventBridge", "b"),
        ("arn:aws:lambda:us-east-1:1:function:f:live", "Lambda", "f"),
        ("arn:aws:s3:::bucket", "S3", "bucket"),
        ("arn:aws:sns:us-east-1:1:t", "SNS", "t"),
        ("arn:aws:sqs:us-east-1:1:q", "SQS", "q"),
    ],
)
def test_a_destination_is_known_by_its_arn(destination, kind, name):
    found = Destination(destination)
    assert (found.kind, found.name) == (kind, name)


def test_streams_are_read_with_all_that_a_mapping_says(load):
    application = load(
        function_with(
            "Events: {E: {Type: DynamoDB, Properties: {Stream: !GetAtt T.StreamArn,"
            " StartingPosition: LATEST, BatchSize: 5, MaximumBatchingWindowInSeconds: 2,"
            " BisectBatchOnFunctionError: true, MaximumRetryAttempts: 3,"
            " MaximumRecordAgeInSeconds: 60, ParallelizationFactor: 1, TumblingWindowInSeconds: 30,"
            " FunctionResponseTypes: [ReportBatchItemFailures],"
            " DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Q.Arn}},"
            ' FilterCriteria: {Filters: [{Pattern: \'{"eventName": ["INSERT"]}\'}]}}}}'
        )
        + """  Q: {Type: AWS::SQS::Queue}
          T:
            Type: AWS::DynamoDB::Table
            Properties:
              KeySchema: [{AttributeName: id, KeyType: HASH}]
              AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
              StreamSpecification: {StreamViewType: NEW_IMAGE}
        """
    )
    (trigger,) = application.stream_triggers
    assert trigger.is_dynamodb
    assert trigger.name == application.resources["T"].name
    assert trigger == StreamTrigger(
        function="F",
        stream=trigger.stream,
        batch_size=5,
        batching_window=2,
        starting_position="LATEST",
        maximum_retry_attempts=3,
        maximum_record_age=60,
        parallelization_factor=1,
        tumbling_window=30,
        bisects=True,
        report_batch_item_failures=True,
        filters=('{"eventName": ["INSERT"]}',),
        on_failure=SQS + "Q",
        place="F.Events.E",
    )
    assert application.warnings == ()


@pytest.mark.parametrize(
    ("properties", "warning"),
    [
        ("StartingPosition: AT_TIMESTAMP", "AWS refuses this: StartingPosition 'AT_TIMESTAMP' is"),
        ("BatchSize: 10001", "AWS refuses this: BatchSize 10001 is over 10000"),
        ("ParallelizationFactor: 11", "AWS refuses this: ParallelizationFactor is outside 1..10"),
        ("TumblingWindowInSeconds: 901", "AWS refuses this: TumblingWindowInSeconds is outside"),
        (
            "TumblingWindowInSeconds: 5, ParallelizationFactor: 2",
            "AWS refuses this: ParallelizationFactor has to be 1 beside TumblingWindowInSeconds",
        ),
        ("FilterCriteria: {Filters: [{Pattern: '['}]}", "FilterCriteria is ignored, every record"),
    ],
)
def test_what_a_stream_cannot_have_is_said(load, properties, warning):
    position = "" if "StartingPosition" in properties else ", StartingPosition: LATEST"
    application = load(
        function_with("Timeout: 3")
        + f"""  M:
            Type: AWS::Lambda::EventSourceMapping
            Properties: {{FunctionName: !Ref F, EventSourceArn: {STREAM}{position}, {properties}}}
          T: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: t}}}}
        """
    )
    assert len(application.stream_triggers) == 1
    assert [line for line in application.warnings if line.startswith(f"M: {warning}")]


def test_a_schedule_may_be_for_a_queue(load):
    application = load(
        function_with("Timeout: 3")
        + """  Q: {Type: AWS::SQS::Queue}
          R:
            Type: AWS::Events::Rule
            Properties:
              ScheduleExpression: rate(1 day)
              Targets: [{Id: a, Arn: !GetAtt Q.Arn}, {Id: b, Arn: !GetAtt F.Arn, InputPath: $.id}]
        """
    )
    queue, function = application.schedules
    assert (queue.function, queue.target["Arn"]) == ("", SQS + "Q")
    assert (function.function, function.target["InputPath"]) == ("F", "$.id")


@pytest.mark.parametrize(
    ("config", "warning"),
    [
        ("MaximumRetryAttempts: 3", "AWS refuses this: MaximumRetryAttempts 3 is outside 0..2"),
        (
            "MaximumEventAgeInSeconds: 59",
            "AWS refuses this: MaximumEventAgeInSeconds 59 is outside 60..21600",
        ),
        (
            "DestinationConfig: {OnFailure: {Type: SQS, Destination: 'arn:aws:sqs:r:1:other'}}",
            "queue other is not in this template and gets nothing here",
        ),
    ],
)
def test_what_asynchronous_invokes_cannot_have_here_is_said(load, config, warning):
    (said,) = load(function_with(f"EventInvokeConfig: {{{config}}}")).warnings
    assert said.startswith(f"F.EventInvokeConfig: {warning}")


def test_a_retry_number_that_is_none_is_named(load):
    with pytest.raises(TemplateError, match=r"F\.EventInvokeConfig: MaximumRetryAttempts 'many'"):
        load(function_with("EventInvokeConfig: {MaximumRetryAttempts: many}"))


def test_code_that_is_not_there_yet_is_said(load):
    application = load(function_with("CodeUri: nowhere"))

    (warning,) = application.warnings
    assert warning.startswith("F.CodeUri: no such file or folder: ")
    assert warning.endswith("nowhere; F fails until it is there")


def test_plain_resources_call_functions_too(load):
    application = load(
        function_with("FunctionName: shown")
        + """
          Q: {Type: AWS::SQS::Queue}
          Mapping:
            Type: AWS::Lambda::EventSourceMapping
            Properties: {EventSourceArn: !GetAtt Q.Arn, FunctionName: !Ref F, BatchSize: 5}
          Rule:
            Type: AWS::Events::Rule
            Properties:
              ScheduleExpression: rate(1 day)
              Targets: [{Id: a, Arn: !GetAtt F.Arn, Input: '{"a": 1}'}]
          Schedule:
            Type: AWS::Scheduler::Schedule
            Properties:
              ScheduleExpression: rate(2 days)
              ScheduleExpressionTimezone: Europe/Berlin
              FlexibleTimeWindow: {Mode: "OFF"}
              Target: {Arn: !GetAtt F.Arn, RoleArn: "arn:x"}
          Off:
            Type: AWS::Events::Rule
            Properties: {State: DISABLED, ScheduleExpression: rate(1 day)}
          Invokes:
            Type: AWS::Lambda::EventInvokeConfig
            Properties:
              FunctionName: !Ref F
              Qualifier: $LATEST
              MaximumEventAgeInSeconds: 60
              DestinationConfig: {OnFailure: {Destination: !GetAtt Q.Arn}}
        """
    )

    assert application.warnings == ()
    assert application.sqs_triggers == (SqsTrigger("F", "Q", batch_size=5),)
    rule, schedule = application.schedules
    assert (rule.name, rule.function, rule.input) == ("Rule", "F", '{"a": 1}')
    assert (schedule.expression, schedule.timezone) == ("rate(2 days)", "Europe/Berlin")
    assert not schedule.event_bridge_rule
    assert application.functions["F"].maximum_event_age == 60
    assert application.functions["F"].on_failure == Destination(
        "arn:aws:sqs:us-east-1:123456789012:Q"
    )


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (
            "{Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day),"
            " Targets: [{Arn: 'arn:aws:ecs:us-east-1:1:cluster/c', Id: a}]}}",
            "AWS::Events::Rule does not fire here: targets of ecs get nothing here",
        ),
        (
            "{Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: rate(1 day), Target:"
            " {Arn: 'arn:aws:events:us-east-1:123456789012:api-destination/d/1'}}}",
            "AWS::Scheduler::Schedule does not fire here: rules alone call API destinations, "
            "EventBridge Scheduler does not: have it send to an event bus whose rule calls it",
        ),
        (
            "{Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day),"
            " Targets: [{Arn: 'arn:aws:ecs:x', Id: a}]}}",
            "AWS::Events::Rule does not fire here: arn:aws:ecs:x is no function",
        ),
        (
            "{Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: 'arn:k',"
            " FunctionName: F}}",
            "AWS::Lambda::EventSourceMapping does not fire here: arn:k is no queue",
        ),
        (
            "{Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt Gone.Arn}}}",
            "AWS::Scheduler::Schedule does not fire here: its target Gone.Arn is no ARN",
        ),
        (
            "{Type: AWS::Lambda::EventInvokeConfig, Properties: {MaximumRetryAttempts: 0}}",
            "AWS::Lambda::EventInvokeConfig does not fire here: it lacks 'FunctionName'",
        ),
    ],
)
def test_plain_resources_that_cannot_fire_are_said_and_harm_nothing(load, resource, reason):
    application = load(function_with("Timeout: 1") + f"  X: {resource}\n")
    assert [line for line in application.warnings if line.startswith(f"X: {reason}")]
    assert list(application.functions) == ["F"]


def test_filters_of_a_queue_event_are_read(tmp_path: Path):
    template = queue_template(
        tmp_path, """FilterCriteria: {Filters: [{Pattern: '{"body": {"a": [1]}}'}]}"""
    )
    application = load_application(template)
    assert application.warnings == ()
    assert application.sqs_triggers[0].filters == ('{"body": {"a": [1]}}',)


def test_a_filter_that_is_not_understood_is_said(tmp_path: Path):
    template = queue_template(
        tmp_path, """FilterCriteria: {Filters: [{Pattern: '{"body": {"a": 1}}'}]}"""
    )
    application = load_application(template)
    assert application.warnings == (
        "F.Events.Work: FilterCriteria is ignored, every message passes: "
        "a: 1 is neither an object nor a list",
    )
    assert application.sqs_triggers[0].filters == ()


def test_a_queue_whose_messages_come_back_too_early_is_said(tmp_path: Path):
    template = queue_template(tmp_path, "BatchSize: 1", "VisibilityTimeout: 2")
    assert load_application(template).warnings == (
        "F: AWS refuses this: VisibilityTimeout 2 of queue Q is under the function's Timeout 3",
    )


def test_a_visibility_timeout_that_is_no_number_is_named(tmp_path: Path):
    template = queue_template(tmp_path, "BatchSize: 1", "VisibilityTimeout: soon")
    with pytest.raises(TemplateError, match=r"Q\.VisibilityTimeout: 'soon' is not a number"):
        load_application(template)


def test_a_reference_to_an_attached_secret_gives_the_secret(load):
    application = load(
        function_with(
            "Environment: {Variables: {SECRET: !Ref Secret, ATTACHED: !Ref Attachment, "
            "USER: !Sub '{{resolve:secretsmanager:${Attachment}:SecretString:user}}'}}"
        )
        + """
          Secret:
            Type: AWS::SecretsManager::Secret
            Properties:
              GenerateSecretString:
                SecretStringTemplate: '{"user": "ann"}'
                GenerateStringKey: password
          Attachment:
            Type: AWS::SecretsManager::SecretTargetAttachment
            Properties: {SecretId: !Ref Secret, TargetId: db, TargetType: AWS::RDS::DBInstance}
        """
    )
    variables = application.functions["F"].environment
    (row,) = (row for row in effects(application, Path()) if row.name == "Attachment")

    assert variables["ATTACHED"] == variables["SECRET"]
    assert variables["USER"] == "ann"
    assert (row.works, row.does.partition(",")[0]) == (False, "references to it give its secret")


def test_what_a_custom_resource_stands_for_is_not_judged_before_it_is_there(load):
    application = load(
        function_with("Timeout: 3")
        + """
          Made: {Type: Custom::Made, Properties: {ServiceToken: !GetAtt F.Arn}}
          Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'q.${Made.Word}'}}
          Other: {Type: AWS::SQS::Queue, Properties: {QueueName: q.other}}
        """
    )
    assert [line.partition(":")[0] for line in application.warnings] == ["Other"]


def test_a_nested_custom_resource_of_an_outer_function_is_waited_for(load, tmp_path):
    (tmp_path / "inner.yaml").write_text(
        """
        Parameters: {Token: {Type: String}}
        Resources: {Deep: {Type: Custom::Deep, Properties: {ServiceToken: !Ref Token}}}
        Outputs: {Word: {Value: !GetAtt Deep.Word}}
        """
    )
    application = load(
        function_with("Environment: {Variables: {WORD: !GetAtt Inner.Outputs.Word}}")
        + """
          Maker:
            Type: AWS::Lambda::Function
            Properties: {Handler: a.b, Code: code, Runtime: python3.11, Role: r}
          Inner:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: inner.yaml, Parameters: {Token: !GetAtt Maker.Arn}}
        """
    )
    assert makers(application) == {"Inner-Deep": "Maker"}
    assert not [line for line in application.warnings if "Deep" in line]
