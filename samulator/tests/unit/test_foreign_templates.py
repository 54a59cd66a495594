"""Kinds of templates that others write and that were refused, or did nothing, without a word."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from samulator.template.generated_secret import generated_secret
from samulator.template.load import load_application
from samulator.template.model import Application
from testkit.sam_template import sam_template


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str, name: str = "template.yaml", **options) -> Application:
        (tmp_path / "code").mkdir(exist_ok=True)
        (tmp_path / "code/app.py").touch()
        (tmp_path / name).write_text(sam_template(text), encoding="utf-8")
        return load_application(tmp_path / name, **options)

    return load


def test_a_queue_may_be_declared_before_its_dead_letter_queue(load):
    application = load(
        """
        Resources:
          First:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Second.Arn, maxReceiveCount: 1}
          Second:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Third.Arn, maxReceiveCount: 1}
          Third: {Type: AWS::SQS::Queue}
        """
    )

    assert list(application.resources) == ["Third", "Second", "First"]


def test_references_to_a_resource_have_the_name_that_it_is_made_by(load):
    application = load(
        """
        Resources:
          Pool: {Type: AWS::Cognito::UserPool}
          Admin:
            Type: AWS::Cognito::UserPoolUser
            Properties: {Username: admin, UserPoolId: !Ref Pool}
          Work: {Type: AWS::Athena::WorkGroup, Properties: {Name: work}}
          Unnamed: {Type: AWS::Athena::WorkGroup}
          Lake:
            Type: AWS::Glue::Database
            Properties: {CatalogId: "1", DatabaseInput: {Name: !Sub "${AWS::Region}-lake"}}
          Hello:
            Type: AWS::SES::Template
            Properties: {Template: {TemplateName: hello}}
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: app.handler
              Runtime: python3.11
              Environment:
                Variables:
                  NAMES: !Join [" ", [!Ref Admin, !Ref Work, !Ref Unnamed, !Ref Lake, !Ref Hello]]
        """
    )
    names = application.functions["F"].environment["NAMES"]

    assert names == "admin work Unnamed us-east-1-lake hello"
    assert application.resources["Work"].name == "work"


def test_a_stacks_id_ends_in_a_uuid_of_which_names_take_parts(load):
    application = load(
        """
        Resources:
          Images:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: !Sub
                - images-${unique}
                - unique: !Select [4, !Split ["-", !Select [2, !Split ["/", !Ref AWS::StackId]]]]
          F:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: code, Handler: a.h, Runtime: python3.11,
                         Environment: {Variables: {ID: !Ref AWS::StackId}}}
        """
    )
    stack, _, unique = application.functions["F"].environment["ID"].rpartition("/")

    assert stack == "arn:aws:cloudformation:us-east-1:123456789012:stack/local"
    assert str(UUID(unique)) == unique
    assert application.resources["Images"].name == f"images-{unique[-12:]}"
    assert application.warnings == ()


def test_names_of_what_a_custom_resource_will_answer_are_such_as_aws_takes(load):
    application = load(
        """
        Resources:
          F: {Type: AWS::Serverless::Function,
              Properties: {CodeUri: code, Handler: a.h, Runtime: python3.11}}
          UniqueSuffix: {Type: Custom::Suffix, Properties: {ServiceToken: !GetAtt F.Arn}}
          Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "jobs-${UniqueSuffix.Value}"}}
          Images: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "i-${UniqueSuffix.Value}"}}
        """
    )

    assert application.resources["Jobs"].name == "jobs-uniquesuffix-value"
    assert application.resources["Images"].name == "i-uniquesuffix-value"
    assert application.warnings == ()


def test_what_is_unknown_in_several_places_is_told_once(load):
    application = load(
        """
        Globals:
          Function:
            Environment: {Variables: {TABLE: !ImportValue users, TOPIC: !ImportValue news}}
        Resources:
          F: &function
            Type: AWS::Serverless::Function
            Properties: {CodeUri: code, Handler: a.h, Runtime: python3.11}
          G: *function
          H:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: code, Handler: a.h, Runtime: python3.11,
                         Environment: {Variables: {TOPIC: none}}}
        """
    )
    told = "is another stack's, so it is"
    remedy = "here; give its value under [exports] in local.toml"

    assert application.warnings == (
        f"F.Environment.Variables.TABLE: Fn::ImportValue users {told} 'users' {remedy} "
        "(and in 2 more places)",
        f"F.Environment.Variables.TOPIC: Fn::ImportValue news {told} 'news' {remedy} "
        "(and in one more place)",
    )


def test_a_trigger_of_a_function_that_does_not_run_here_says_why_it_does_not(load):
    application = load(
        """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://releases/f.zip
              Handler: a.h
              Runtime: python3.11
              FunctionName: reporter
              Events:
                Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
          Q: {Type: AWS::SQS::Queue}
          M:
            Type: AWS::Lambda::EventSourceMapping
            Properties: {FunctionName: !Ref F, EventSourceArn: !GetAtt Q.Arn}
        """
    )
    reason = "F does not run here: its code is not on this machine (s3://releases/f.zip)"

    assert (application.idle["FNightly"], application.idle["M"]) == (reason, reason)


def test_a_bus_of_another_stack_is_made_for_the_rules_that_name_it(load):
    application = load(
        """
        Parameters: {Shared: {Type: String, Default: shared}}
        Resources:
          Own: {Type: AWS::Events::EventBus, Properties: {Name: own}}
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: app.handler
              Runtime: python3.11
              Events:
                Of: {Type: EventBridgeRule, Properties: &rule {EventBusName: !Ref Shared, Pattern: {source: [a]}}}
                Too: {Type: EventBridgeRule, Properties: *rule}
                ByArn: {Type: EventBridgeRule, Properties: {EventBusName: !GetAtt Own.Arn, Pattern: {source: [a]}}}
                Usual: {Type: EventBridgeRule, Properties: {EventBusName: default, Pattern: {source: [a]}}}
        """  # noqa: E501
    )
    buses = [each for each in application.resources.values() if each.type.endswith("::EventBus")]

    assert [(each.logical_id, each.name) for each in buses] == [
        ("event bus shared (of another stack)", "shared"),
        ("Own", "own"),
    ]
    assert next(iter(application.resources)) == "event bus shared (of another stack)"
    told = [line for line in application.warnings if "EventBusName" in line]
    assert len(told) == 2
    assert told[0].startswith("F.Events.Of.EventBusName: no event bus 'shared' is declared here")


def test_topics_queues_and_streams_of_another_stack_are_made_for_what_listens_there(load):
    application = load(
        """
        Parameters: {Alerts: {Type: String}, Jobs: {Type: String}}
        Resources:
          Own: {Type: AWS::SNS::Topic, Properties: {TopicName: own}}
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: app.handler
              Runtime: python3.11
              Timeout: 60
              Events:
                Named: {Type: SNS, Properties: {Topic: !Ref Alerts}}
                Imported: {Type: SNS, Properties: {Topic: !ImportValue "net:Topic"}}
                OfOther: {Type: SNS, Properties: {Topic: "arn:aws:sns:eu-west-1:999999999999:own"}}
                Job: {Type: SQS, Properties: {Queue: !Ref Jobs}}
                OfOneName: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:9:alerts"}}
                Ordered: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:999999999999:j.fifo"}}
                Clicks:
                  Type: Kinesis
                  Properties: {Stream: "arn:aws:kinesis:eu-west-1:9:stream/clicks", StartingPosition: LATEST}
                Rows: {Type: DynamoDB, Properties: {Stream: !ImportValue rows, StartingPosition: LATEST}}
        """  # noqa: E501
    )
    made = {name: each for name, each in application.resources.items() if "another" in name}

    assert {(each.type, each.name) for each in made.values()} == {
        ("AWS::SNS::Topic", "alerts"),
        ("AWS::SNS::Topic", "net-Topic"),
        ("AWS::SQS::Queue", "alerts"),
        ("AWS::SQS::Queue", "jobs"),
        ("AWS::SQS::Queue", "j.fifo"),
        ("AWS::Kinesis::Stream", "clicks"),
    }
    listened = {
        each.properties["TopicArn"]
        for each in application.resources.values()
        if each.type == "AWS::SNS::Subscription"
    }
    arn = "arn:aws:sns:us-east-1:123456789012:"
    assert listened == {f"{arn}alerts", f"{arn}net-Topic", f"{arn}own"}
    assert {each.queue for each in application.sqs_triggers} == {"alerts", "jobs", "j.fifo"}
    assert [each.name for each in application.stream_triggers] == ["clicks"]
    assert application.idle["FRows"] == "rows is no stream of this template"
    told = [line for line in application.warnings if "is declared here" in line]
    assert len(told) == len(made)
    heard = f"so an empty one is made, and it gets what is published to {arn}alerts"
    assert f"F.Events.Named.TopicArn: no topic 'alerts' is declared here, {heard}" in told
    assert not [line for line in application.warnings if "AWS refuses" in line]


def test_resources_that_name_each_other_come_in_some_order_and_are_named(load):
    application = load(
        """
        Resources:
          A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt B.QueueName}}
          B: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: a, Value: !GetAtt A.TopicName}]}}
        """
    )

    assert set(application.resources) == {"A", "B"}
    assert "A -> B -> A: depend on each other, AWS refuses this" in application.warnings


@pytest.mark.parametrize(
    "property_",
    [
        "FunctionName: !If [Named, mine, !Ref AWS::NoValue]",
        "Timeout: !If [Named, 9, !Ref AWS::NoValue]",
        "Layers: [!If [Named, 'arn:aws:lambda:us-east-1:1:layer:x:1', !Ref AWS::NoValue]]",
        "Environment: {Variables: {A: !If [Named, x, !Ref AWS::NoValue]}}",
        "VpcConfig: !If [Named, {SubnetIds: [x]}, !Ref AWS::NoValue]",
        "ReservedConcurrentExecutions: !If [Named, 1, !Ref AWS::NoValue]",
        "Policies: [!If [Named, AmazonS3FullAccess, !Ref AWS::NoValue]]",
        "Events: {E: {Type: Schedule, Properties:"
        " {Schedule: rate(1 day), Name: !If [Named, x, !Ref AWS::NoValue]}}}",
    ],
)
def test_a_value_that_is_none_is_as_if_it_were_not_there(load, property_):
    application = load(
        f"""
        Conditions: {{Named: !Equals [a, b]}}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties: {{CodeUri: code, Handler: app.h, Runtime: python3.12, {property_}}}
        """
    )

    function = application.functions["F"]
    assert (function.name, function.timeout, function.layers) == ("F", 3, ())
    assert (function.environment, function.reserved_concurrency) == ({}, None)
    assert application.warnings == ()


@pytest.mark.parametrize("code", ["code", "code/", "./code/app.py", ".", "code/app.py"])
def test_code_is_a_folder_a_file_or_the_root(load, tmp_path, code):
    application = load(
        f"""
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties: {{CodeUri: {code}, Handler: app.h, Runtime: python3.12}}
        """
    )

    assert application.functions["F"].code_uri == (tmp_path / code).resolve()
    assert (application.warnings, application.idle) == ((), {})


def test_code_may_be_left_to_the_root_by_saying_nothing(load, tmp_path):
    application = load(
        """
        Globals: {Function: {Runtime: python3.12, Handler: app.h}}
        Resources: {F: {Type: AWS::Serverless::Function}}
        """
    )

    assert application.functions["F"].code_uri == tmp_path


def test_a_loop_makes_functions_of_each_item(load, tmp_path):
    application = load(
        """
        Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
        Mappings: {Places: {A: {Folder: code}, B: {Folder: code}}}
        Resources:
          Fn::ForEach::Functions:
            - Name
            - [A, B]
            - ${Name}Function:
                Type: AWS::Serverless::Function
                Properties:
                  CodeUri: !FindInMap [Places, !Ref Name, Folder]
                  Handler: !Sub "${Name}.handler"
                  Runtime: python3.12
                  Events:
                    Fn::ForEach::Paths:
                      - Path
                      - [x, y]
                      - ${Path}:
                          Type: HttpApi
                          Properties: {Path: !Sub "/${Name}/${Path}", Method: get}
        """
    )

    assert {name: each.handler for name, each in application.functions.items()} == {
        "AFunction": "A.handler",
        "BFunction": "B.handler",
    }
    (api,) = application.apis
    assert sorted(route.key for route in api.routes) == [
        "GET /A/x",
        "GET /A/y",
        "GET /B/x",
        "GET /B/y",
    ]


def test_a_value_that_aws_looks_up_in_ssm_can_be_given(load):
    text = """
        Parameters: {Url: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /shop/url}}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: app.h
              Runtime: python3.12
              Environment: {Variables: {URL: !Ref Url}}
        """

    assert load(text).functions["F"].environment == {"URL": "/shop/url"}
    assert "Parameters.Url: AWS looks /shop/url up in SSM" in load(text).warnings[0]
    given = load(text, parameters={"Url": "http://x"})
    assert (given.functions["F"].environment, given.warnings) == ({"URL": "http://x"}, ())


def test_json_with_tabs_is_a_template_too(load):
    text = json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}, indent="\t")

    assert list(load(text, name="template.json").resources) == ["T"]


def test_a_connector_and_policies_by_name_become_roles(load):
    application = load(
        """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              {CodeUri: code, Handler: app.h, Runtime: python3.12,
               Policies: [AmazonS3ReadOnlyAccess, {DynamoDBCrudPolicy: {TableName: !Ref T}}]}
            Connectors: {C: {Properties: {Destination: {Id: T}, Permissions: [Read]}}}
          T: {Type: AWS::Serverless::SimpleTable}
        """
    )

    role = application.resources["FRole"].properties
    assert "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" in role["ManagedPolicyArns"]
    assert application.resources["T"].type == "AWS::DynamoDB::Table"
    assert {each.type for each in application.resources.values()} >= {"AWS::IAM::ManagedPolicy"}


def test_a_resource_of_a_condition_that_nobody_declares_is_left_out_with_a_word(load):
    """What the CDK writes of its own use, in templates that were cut by hand."""
    application = load(
        """
        Resources:
          Metadata: {Type: AWS::CDK::Metadata, Condition: CDKMetadataAvailable}
          T: {Type: AWS::SNS::Topic}
        """
    )

    assert list(application.resources) == ["T"]
    assert "condition CDKMetadataAvailable is not declared" in application.warnings[0]


def test_conditions_that_sam_combines_are_read(load):
    text = """
        Conditions: {Made: !Equals [a, a], Own: !Equals [a, b]}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Condition: Made
            Properties:
              CodeUri: code
              Handler: app.h
              Runtime: python3.12
              EventInvokeConfig:
                DestinationConfig:
                  OnSuccess:
                    Type: SQS
                    Destination: !If [Own, 'arn:aws:sqs:us-east-1:1:q', !Ref AWS::NoValue]
        """

    application = load(text)

    assert [each.type for each in application.resources.values()].count("AWS::SQS::Queue") == 1


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("'{{resolve:ssm:/shop/url}}'", "http://x"),
        ("'{{resolve:ssm:/shop/url:1}}/y'", "http://x/y"),
        ("!Sub '{{resolve:ssm:${Url}}}'", "http://x"),
        ("!Sub '{{resolve:secretsmanager:${Login}:SecretString:user}}'", "ann"),
        ("'{{resolve:secretsmanager:login:SecretString:user}}'", "ann"),
        ("'{{resolve:secretsmanager:login}}'", '{"user": "ann"}'),
        ("'{{resolve:ssm:/shop/size}}'", "5"),
        (
            "!Sub '{{resolve:secretsmanager:${Made}:SecretString:password}}'",
            generated_secret("Made", {}),
        ),
        ("'{{resolve:secretsmanager:Plain}}'", generated_secret("Plain", {"PasswordLength": 8})),
        ("'{{resolve:ssm:/self}}'", "{{resolve:ssm:/self}}"),
        ("'{{resolve:ssm:/other}}'", "{{resolve:ssm:/other}}"),
    ],
)
def test_values_that_aws_looks_up_are_those_that_the_template_makes(load, reference, value):
    application = load(
        f"""
        Conditions: {{Circular: !Equals [a, a], Never: !Equals [a, b]}}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: app.h
              Runtime: python3.12
              Environment: {{Variables: {{VALUE: {reference}}}}}
          Url:
            Type: AWS::SSM::Parameter
            Properties: {{Name: /shop/url, Type: String, Value: http://x}}
          Size:
            Type: AWS::SSM::Parameter
            Properties: {{Name: /shop/size, Type: String, Value: 5}}
          Made:
            Type: AWS::SecretsManager::Secret
            Properties:
              GenerateSecretString: {{SecretStringTemplate: '{{}}', GenerateStringKey: password}}
          Plain:
            Type: AWS::SecretsManager::Secret
            Properties: {{Name: Plain, GenerateSecretString: {{PasswordLength: 8}}}}
          Self:
            Type: AWS::SSM::Parameter
            Condition: {"Circular" if "self" in reference else "Never"}
            Properties: {{Name: /self, Type: String, Value: '{{{{resolve:ssm:/self}}}}'}}
          Login:
            Type: AWS::SecretsManager::Secret
            Properties: {{Name: login, SecretString: '{{"user": "ann"}}'}}
        """
    )

    assert application.functions["F"].environment == {"VALUE": value}
    is_known = "resolve" not in value
    assert is_known != any("F.Env" in line or "/self" in line for line in application.warnings)
