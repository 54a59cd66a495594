"""Applications inside a program: every code block of docs/embedding.md, and what it promises."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import samulator
from samulator.control.local_toml import ProjectError
from samulator.functions.invocation import NotInvoked
from testkit.hello_world import copy_hello_world
from testkit.timing import wait_until

HERE = Path(__file__).parents[1]
GUIDE = HERE.parent / "docs" / "embedding.md"
BLOCKS = dict(re.findall(r"```python\n# (\S+)\n(.*?)```", GUIDE.read_text(), re.S))
SECONDS = 240


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_hello_world(tmp_path_factory.mktemp("project"))
    for name, block in BLOCKS.items():
        (folder / name).write_text(block)
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    return folder


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_hello_world(tmp_path_factory.mktemp("hello"))


def run(project: Path, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.long
def test_the_tests_of_the_guide_pass_in_a_project_of_their_own(project: Path) -> None:
    output = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "5 passed" in output


def test_the_program_of_the_guide_prints_both_answers(project: Path) -> None:
    assert run(project, "program.py").splitlines() == [
        '{"message": "hi"}',
        "{'statusCode': 200, 'body': '{\"message\": \"hi\"}'}",
    ]


def test_a_function_that_fails_is_an_exception_with_lambdas_error(sam_app, hello: Path) -> None:
    app = sam_app(hello)
    with pytest.raises(samulator.FunctionFailed, match=r'"errorType": "KeyError"'):
        app.invoke("HelloFunction", {"fail": True})
    assert app.invoke("HelloFunction")["statusCode"] == 200


def test_the_log_of_a_function_that_is_not_there_is_no_empty_one(sam_app, hello: Path) -> None:
    app = sam_app(hello)
    app.invoke("HelloFunction")
    assert app.logs("arn:aws:lambda:us-east-1:123456789012:function:HelloFunction")
    with pytest.raises(NotInvoked, match=r"Function not found: .*HeloFunction"):
        app.logs("HeloFunction")


def test_equal_arguments_give_the_same_application_and_others_another(sam_app, hello: Path) -> None:
    app = sam_app(hello)
    assert sam_app(hello) is app
    other = sam_app(hello, env_vars={"HelloFunction": {"GREETING": "moin"}})
    assert other.url != app.url
    assert other.environment("HelloFunction")["GREETING"] == "moin"
    assert app.environment("HelloFunction")["GREETING"] == "hello world"


FAILING = """
import pytest, samulator

def fail(app):
    with pytest.raises(samulator.FunctionFailed):
        app.invoke("HelloFunction", {"fail": True})

def test_that_passes(samulator_app):
    fail(samulator_app)

def test_that_fails(samulator_app):
    fail(samulator_app)
    raise AssertionError
"""


def test_a_test_that_fails_shows_what_the_functions_logged_meanwhile(tmp_path: Path) -> None:
    project = copy_hello_world(tmp_path)
    (project / "test_failing.py").write_text(FAILING)
    output = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_failing.py"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    ).stdout
    assert "1 failed, 1 passed" in output
    assert output.count(f"samulator log of sam_app('{project}')") == 1
    assert output.count("[ERROR] KeyError: 'asked for'") == 1


FOREIGN = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Topic: {Type: String}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "def handler(event, context): print(event['Records'][0])"
      Handler: index.handler
      Runtime: python3.11
      Events:
        Chime: {Type: SNS, Properties: {Topic: !Ref Topic}}
        Job: {Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:999999999999:jobs"}}
"""


def test_a_function_hears_what_comes_to_a_topic_and_a_queue_of_another_stack(
    sam_app, tmp_path: Path
) -> None:
    (tmp_path / "template.yaml").write_text(FOREIGN)
    app = sam_app(tmp_path)
    topic = "arn:aws:sns:us-east-1:123456789012:topic"
    app.client("sns").publish(TopicArn=topic, Message="it chimes")
    queues = app.client("sqs")
    queues.send_message(
        QueueUrl=queues.get_queue_url(QueueName="jobs")["QueueUrl"], MessageBody="a job"
    )
    for text in ("it chimes", "a job"):
        wait_until(lambda text=text: any(text in line for line in app.logs("F")))


LAYERED = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "import shared; handler = lambda event, context: shared.WORD"
      Handler: index.handler
      Runtime: python3.11
      Layers: [!ImportValue net-CommonLayer]
"""


EXPRESS = """
Resources:
  Greet:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineType: EXPRESS
      RoleArn: arn:aws:iam::123456789012:role/states
      Definition: {StartAt: Say, States: {Say: {Type: Pass, Result: hello, End: true}}}
"""


def test_a_client_calls_operations_that_put_a_name_before_the_host(tmp_path: Path) -> None:
    """botocore asks sync-127.0.0.1 for this one unless it is told not to."""
    (tmp_path / "template.yaml").write_text(EXPRESS)
    with samulator.run_in_thread(tmp_path / "template.yaml") as app:
        states = app.client("stepfunctions")
        (machine,) = states.list_state_machines()["stateMachines"]
        done = states.start_sync_execution(stateMachineArn=machine["stateMachineArn"])
    assert (done["status"], done["output"]) == ("SUCCEEDED", '"hello"')


def test_a_layer_of_another_stack_is_the_folder_that_local_toml_names(
    sam_app, tmp_path: Path
) -> None:
    (tmp_path / "template.yaml").write_text(LAYERED)
    (tmp_path / "local.toml").write_text('[exports]\nnet-CommonLayer = "layers/common"\n')
    (tmp_path / "layers" / "common" / "python").mkdir(parents=True)
    (tmp_path / "layers" / "common" / "python" / "shared.py").write_text("WORD = 'hello'\n")

    assert sam_app(tmp_path).invoke("F") == "hello"


def test_what_cannot_start_is_raised_where_it_was_asked_for(tmp_path: Path) -> None:
    with (
        pytest.raises(ProjectError, match="no such file or folder"),
        samulator.run_in_thread(tmp_path / "gone"),
    ):
        raise AssertionError("nothing to run")


LEAVING = """
import asyncio, psutil, samulator

async def work():
    async with samulator.run(".") as app:
        await app.invoke("HelloFunction")
        return app.state, psutil.Process().children(recursive=True)

state, processes = asyncio.run(work())
_, alive = psutil.wait_procs(processes, timeout=60)
print(len(processes) > 1, state.exists(), alive)
"""


def test_nothing_is_left_when_the_program_goes_on(project: Path) -> None:
    assert run(project, "-c", LEAVING) == "True False []\n"
