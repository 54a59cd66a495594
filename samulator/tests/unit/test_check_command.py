"""`samulator check`: what everything in a template does here, or that it does nothing and why."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from samulator.control.effects import Effect, effects
from samulator.control.effects_table import calling_lines, idle_lines
from samulator.functions.runnable import runnable
from samulator.template.load import load_application
from testkit.check_process import run_check

# One that is installed wherever the tests run: a function of another says which one runs it.
RUNTIME = f"python3.{sys.version_info.minor}"
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: RUNTIME
      Environment: {Variables: {STAGE: !Ref Stage}}
      Events:
        Get: {Type: HttpApi, Properties: {Path: /hello, Method: get}}
        Work: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Gone: {Type: DynamoDB, Properties: {Stream: !ImportValue other, StartingPosition: LATEST}}
  Node:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: code, Handler: app.handler, Runtime: nodejs22.x}
  Missing:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: nowhere, Handler: app.handler, Runtime: RUNTIME}
  Jobs: {Type: AWS::SQS::Queue}
  Mail:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: 'arn:aws:sns:us-east-1:123456789012:t', Protocol: email, Endpoint: a@b.c}
  Database: {Type: AWS::RDS::DBInstance}
  Thing: {Type: Custom::Thing}
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {TargetType: lambda, Targets: [{Id: !GetAtt Hello.Arn}]}
""".replace("RUNTIME", RUNTIME)


@pytest.fixture
def check(tmp_path: Path):
    def check(*arguments: str, text: str = TEMPLATE, name: str = "template.yaml"):
        (tmp_path / "code").mkdir(exist_ok=True)
        (tmp_path / "code/app.py").touch()
        (tmp_path / name).write_text(text, encoding="utf-8")
        return run_check(*arguments, folder=tmp_path)

    return check


@pytest.fixture
def rows(check):
    result = check("--json", "--parameter-overrides", "Stage=dev")
    assert result.returncode == 0, result.stderr
    return {
        (row["section"], row["name"]): (row["works"], row["does"])
        for row in json.loads(result.stdout)["effects"]
    }


def test_everything_that_works_says_what_it_does(rows):
    assert rows["functions", "Hello"] == (True, f"runs app.handler ({RUNTIME}) of code")
    assert rows["routes", "GET /hello (ServerlessHttpApi)"] == (
        True,
        "calls Hello with payload 2.0",
    )
    assert rows["triggers", "Hello.Events.Work"] == (True, "Jobs calls Hello")
    assert rows["triggers", "Hello.Events.Nightly"] == (True, "rate(1 day) calls Hello")
    assert rows["resources", "Jobs"] == (True, "made in the local AWS")


def test_everything_that_does_nothing_says_why(rows, tmp_path):
    idle = {key: does for key, (works, does) in rows.items() if not works}

    assert idle == {
        ("functions", "Node"): "its runtime nodejs22.x is not Python",
        ("functions", "Missing"): f"no such file or folder: {tmp_path}/nowhere",
        ("triggers", "Hello.Events.Gone"): "other is no stream of this template",
        ("triggers", "Mail"): "email a@b.c gets nothing here",
        ("resources", "Database"): "nothing here stands for AWS::RDS",
        ("resources", "Thing"): "is not made here: it has no ServiceToken",
        ("resources", "Group"): (
            "nothing here stands for AWS::ElasticLoadBalancingV2, nothing calls Hello for it"
        ),
    }


def test_subscriptions_say_which_topic_leads_where(check):
    text = """\
    Resources:
      Orders: {Type: AWS::SNS::Topic}
      Jobs: {Type: AWS::SQS::Queue}
      Queue:
        Type: AWS::SNS::Subscription
        Properties: {TopicArn: !Ref Orders, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}
      Function:
        Type: AWS::SNS::Subscription
        Properties:
          TopicArn: !Ref Orders
          Protocol: lambda
          Endpoint: !Sub arn:aws:lambda:us-east-1:${AWS::AccountId}:function:Bill:live
      Server:
        Type: AWS::SNS::Subscription
        Properties: {TopicArn: !Ref Orders, Protocol: http, Endpoint: "http://127.0.0.1:8000/hook"}
    """
    rows = json.loads(check("--json", text=textwrap.dedent(text)).stdout)["effects"]

    assert {row["name"]: row["does"] for row in rows if row["section"] == "triggers"} == {
        "Queue": "Orders leads to Jobs",
        "Function": "Orders calls Bill",
        "Server": "Orders tells http://127.0.0.1:8000/hook",
    }


CODE = f"""\
Transform: AWS::Serverless-2016-10-31
Globals: {{Function: {{Runtime: {RUNTIME}, CodeUri: code}}}}
Resources:
  Compiled: {{Type: AWS::Serverless::Function, Properties: {{Handler: fast.handler}}}}
  Package: {{Type: AWS::Serverless::Function, Properties: {{Handler: shop/orders.handler}}}}
  Listed:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: listed, Handler: datadog.handler.handler}}
  NoFile: {{Type: AWS::Serverless::Function, Properties: {{Handler: shop.gone.handler}}}}
  NoFunction: {{Type: AWS::Serverless::Function, Properties: {{Handler: app}}}}
  Layered: {{Type: AWS::Serverless::Function, Properties: {{Handler: app.h, Layers: [!Ref Layer]}}}}
  Layer: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: nolayer}}}}
"""


def test_functions_whose_code_is_not_all_there_say_what_is_missing(check, tmp_path):
    (tmp_path / "code/shop").mkdir(parents=True)
    (tmp_path / "code/shop/orders.py").touch()
    (tmp_path / "code/fast.cpython-311-x86_64-linux-gnu.so").touch()
    (tmp_path / "listed").mkdir()
    (tmp_path / "listed/requirements.txt").touch()
    rows = json.loads(check("--json", text=CODE).stdout)["effects"]

    no_layer = f"no such file or folder: {tmp_path}/nolayer (layer Layer)"
    assert {row["name"]: row["does"] for row in rows if not row["works"]} == {
        "NoFile": f"its Handler is shop.gone.handler, and {tmp_path}/code has no shop/gone.py",
        "NoFunction": "its Handler 'app' names no function: write FILE.FUNCTION",
        "Layered": no_layer,
        "Layer": no_layer,
    }


ASLEEP = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Drawn:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/drawn:1
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Get: {Type: HttpApi, Properties: {Path: /drawn, Method: get}}
        Work: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Told: {Type: SNS, Properties: {Topic: !Ref Topic}}
        Put: {Type: S3, Properties: {Bucket: !Ref Files, Events: "s3:ObjectCreated:*"}}
  Socket:
    Type: AWS::ApiGatewayV2::Api
    Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.a}
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Socket, RouteKey: $connect, Target: !Sub "integrations/${Proxy}"}
  Proxy:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      {ApiId: !Ref Socket, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Drawn.Arn}
  Jobs: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
  Files: {Type: AWS::S3::Bucket}
"""


def test_what_calls_a_function_that_does_not_run_is_not_said_to_call_it(check, tmp_path):
    rows = json.loads(check("--json", text=ASLEEP).stdout)["effects"]
    calling = [row for row in rows if row["section"] in ("routes", "triggers")]

    assert len(calling) == 7
    assert {(row["works"], row["does"]) for row in calling} == {
        (False, "would call Drawn, which does not run here")
    }
    application = runnable(load_application(tmp_path / "template.yaml"))
    # The function's own line is enough of a start.
    said = idle_lines(effects(application, tmp_path), application.warnings)
    assert not [line for line in said if "would call" in line]


def test_custom_resources_say_who_makes_them_and_what_needs_them_is_not_guessed(check):
    text = TEMPLATE.replace(
        "Thing: {Type: Custom::Thing}",
        """Thing: {Type: Custom::Thing, Properties: {ServiceToken: !GetAtt Hello.Arn}}
  Other: {Type: Custom::Thing, Properties: {ServiceToken: !GetAtt Node.Arn}}
  Late: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !GetAtt Thing.Seconds}}""",
    )
    result = check("--json", text=text)
    table = json.loads(result.stdout)
    rows = {row["name"]: (row["works"], row["does"]) for row in table["effects"]}

    assert rows["Thing"] == (True, "Hello makes it at each start")
    assert rows["Hello"] == (True, f"runs app.handler ({RUNTIME}) of code, at the start for Thing")
    assert rows["Late"] == (True, "made in the local AWS")
    assert rows["Other"] == (
        False,
        "is not made here: its function Node does not run here: its runtime nodejs22.x is not "
        "Python",
    )
    assert not [line for line in table["warnings"] if "Thing" in line]


UNMADE = """\
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Slip:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCont: 3}
  Ordered: {Type: AWS::SQS::Queue, Properties: {QueueName: plain, FifoQueue: true}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
  Machine: {Type: AWS::StepFunctions::StateMachine}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: aws.partner/acme/one
      EventPattern: {source: [a]}
      Targets: [{Id: a, Arn: ARN}]
""".replace("ARN}]", "!GetAtt Dead.Arn}]")


def test_what_a_start_could_not_make_is_not_said_to_be_made(check):
    result = check("--json", text=UNMADE)
    effects = json.loads(result.stdout)["effects"]
    rows = {row["name"]: (row["works"], row["does"]) for row in effects}

    assert rows.pop("Dead") == (True, "made in the local AWS")
    assert rows.pop("Slip") == (
        True,
        "is there, but not as the template says: Redrive policy does not contain maxReceiveCount",
    )
    assert rows.pop("Machine") == (False, "its definition is not in the template")
    works, does = rows.pop("Table")
    assert not works
    assert does.startswith("is not there: One or more parameter values were invalid: Some index")
    assert rows == {
        "Ordered": (False, "is not there: Queue name must end in .fifo for FIFO queues"),
        "Rule": (False, "is not there: Event bus one does not exist."),
    }
    # What goes wrong stands in the rows alone.
    assert result.stderr == ""


def test_the_table_is_text_for_people(check):
    result = check()

    assert result.returncode == 0
    assert "Functions\n  Hello" in result.stdout
    assert "Does nothing here\n" in result.stdout
    assert "Parameters.Stage: has no default, so it is 'stage' here" in result.stdout


@pytest.mark.parametrize("name", ["template.yml", "template.json", "other.yaml"])
def test_a_template_is_found_by_the_names_that_sam_knows_or_is_given(check, name):
    text = json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}, indent="\t")
    given = ["-t", name] if name == "other.yaml" else []

    assert "AWS::SNS::Topic  T" in check(*given, text=text, name=name).stdout


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        ((), "Resources: [", "template.yaml: while parsing"),
        ((), "hello", "template.yaml: no Resources section, not a SAM template"),
        ((), "Resources: {A: 3}", "template.yaml: Resources.A has no Type"),
        (("-t", "gone.yaml"), TEMPLATE, "gone.yaml: no such file"),
        (("--parameter-overrides", "nonsense"), TEMPLATE, "'nonsense' is not NAME=VALUE"),
    ],
)
def test_what_cannot_load_is_one_line(check, arguments, text, message):
    result = check(*arguments, text=textwrap.dedent(text))

    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert message in result.stderr


def test_a_start_says_in_few_lines_what_does_nothing(tmp_path):
    (tmp_path / "template.yaml").write_text(
        TEMPLATE + "  Other: {Type: AWS::RDS::DBCluster}\n", encoding="utf-8"
    )
    application = load_application(tmp_path / "template.yaml", parameters={"Stage": "dev"})

    said = [*idle_lines(effects(application, tmp_path), application.warnings)]

    assert said == [
        "Mail: email a@b.c gets nothing here",
        "Without effect here: AWS::ElasticLoadBalancingV2 (1), AWS::RDS (2), Custom::Thing (1); "
        "samulator check says why",
    ]


def test_a_start_does_not_count_what_is_told_where_it_is_made():
    refused = "AWS refuses its definition: no states"
    machine = Effect("resources", "M", "AWS::StepFunctions::StateMachine", False, refused)
    assert [*idle_lines([machine], ())] == []


def test_a_start_lists_its_routes_and_triggers_but_never_a_screenful():
    rows = [
        Effect("functions", "F", "AWS::Lambda::Function", True, "runs app.handler"),
        Effect("routes", "GET /gone", "AWS::ApiGateway::RestApi", False, "answers 501"),
        *(
            Effect("routes", f"GET /{at}", "AWS::ApiGateway::RestApi", True, "calls F")
            for at in range(11)
        ),
        Effect("triggers", "uploads", "AWS::S3::Bucket", True, "calls F"),
    ]
    said = [*calling_lines(rows)]
    assert said[0] == "  GET /0   calls F"
    assert said[-1] == "  uploads  calls F"
    assert len(said) == 12
    more = [*calling_lines([*rows, rows[-1], rows[-1]])]
    assert more[-1] == "  and 2 more routes and triggers: samulator check"
    assert len(more) == 13
    assert [*calling_lines(rows[:2])] == []


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ("rate(5 minute)", "rate(5 minute) does not fire here: "),
        ("cron(0 12 * * *)", "cron(0 12 * * *) does not fire here: "),
        ("cron(0 8 1 1 ? 2020)", "cron(0 8 1 1 ? 2020) does not fire here: it has no time to come"),
    ],
)
def test_a_schedule_that_never_fires_calls_nothing(check, schedule, reason):
    text = TEMPLATE.replace("rate(1 day)", schedule)
    result = check("--json", "--parameter-overrides", "Stage=dev", text=text)
    (row,) = (
        each for each in json.loads(result.stdout)["effects"] if each["type"] == "AWS::Events::Rule"
    )
    assert not row["works"]
    assert row["does"].startswith(reason)


@pytest.mark.parametrize(
    ("setting", "reasons"),
    [
        (
            "Environment: {STAGE: dev}",
            ["Environment.STAGE (variables stand below Environment.Variables)"],
        ),
        (
            "Environment: {Variables: {AWS_REGION: mars-1, a-b: x, GOOD_1: y}}",
            [
                "variable AWS_REGION, whose name is Lambda's own",
                "variable 'a-b': names are two letters, digits or underlines and more, a letter "
                "first",
            ],
        ),
        ("Timeout: 1000", ["Timeout 1000 (1 to 900)"]),
        ("MemorySize: 64", ["MemorySize 64 (128 to 10240)"]),
        ("Timeout: 900", []),
    ],
)
def test_settings_that_a_deployment_refuses_are_told(check, setting, reasons):
    text = TEMPLATE.replace("Environment: {Variables: {STAGE: !Ref Stage}}", setting)
    assert refusals(check(*IN_DEV, text=text)) == reasons


def test_a_slip_in_how_a_batch_is_answered_is_told(check):
    mapped = "Properties: {Queue: !GetAtt Jobs.Arn"
    slip = TEMPLATE.replace(mapped, f"{mapped}, FunctionResponseTypes: [ReportBatchItemFailure]", 1)
    assert refusals(check(*IN_DEV, text=slip)) == [
        "FunctionResponseTypes ReportBatchItemFailure (ReportBatchItemFailures is the one that "
        "there is)"
    ]


def test_a_machine_that_leads_nowhere_is_not_said_to_be_made(check):
    text = """\
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties: {Definition: {StartAt: A, States: {A: {Type: Pass, Next: Done}}}}
"""
    (row,) = json.loads(check("--json", text=text).stdout)["effects"]
    assert (row["works"], row["does"].partition(";")[0]) == (
        False,
        "AWS refuses its definition: Missing 'Next' target: Done at /States/A/Next",
    )


IN_DEV = ("--json", "--parameter-overrides", "Stage=dev")


def refusals(result: subprocess.CompletedProcess[str]) -> list[str]:
    warnings = json.loads(result.stdout)["warnings"]
    split = [line.partition(": AWS refuses this: ") for line in warnings]
    own = [reason for _, told, reason in split if told]
    return [reason for reason in own if not reason.startswith("VisibilityTimeout")]
