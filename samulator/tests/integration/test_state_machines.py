"""State machines of a template run; their tasks call functions and services of this machine."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from samulator.servers.aws.service import AwsServer
from testkit.aws_process import Declared, aws_client, started_aws
from testkit.other_app_runner import OtherApp
from testkit.timing import wait_until

ACCOUNT = "us-east-1:123456789012"
FUNCTION = f"arn:aws:lambda:{ACCOUNT}:function:local-nightly"
QUEUE = "http://127.0.0.1/123456789012/told"


def task(resource: str, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    given = {} if parameters is None else {"Parameters": parameters}
    return {"Type": "Task", "Resource": resource, **given, "End": True, **more}


def one_step(step: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "Only", "States": {"Only": step}}


def distributed_with_failures(**tolerated: int) -> dict[str, Any]:
    """Items that are "bad" fail."""
    is_bad = {"Variable": "$", "StringEquals": "bad", "Next": "Fail"}
    states = {
        "Check": {"Type": "Choice", "Choices": [is_bad], "Default": "Pass"},
        "Pass": {"Type": "Pass", "End": True},
        "Fail": {"Type": "Fail", "Error": "Bad", "Cause": "an item"},
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Check",
        "States": states,
    }
    return one_step({"Type": "Map", "ItemProcessor": processor, "End": True, **tolerated})


def caught(step: dict[str, Any], *errors: str) -> dict[str, Any]:
    """A machine that ends with what it caught of `step`."""
    catch = [{"ErrorEquals": [*errors], "Next": "Rescue"}]
    rescue = {"Type": "Pass", "End": True}
    return {"StartAt": "Try", "States": {"Try": {**step, "Catch": catch}, "Rescue": rescue}}


def over(branch: dict[str, Any]) -> dict[str, Any]:
    """A state that runs `branch` alone, and can catch what it fails by."""
    return {"Type": "Parallel", "Branches": [branch], "End": True}


def read_by(action: str, parameters: dict[str, Any], **config: Any) -> dict[str, Any]:
    reader = {"Resource": f"arn:aws:states:::s3:{action}", "Parameters": parameters}
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **one_step({"Type": "Pass", "End": True}),
    }
    reader |= {"ReaderConfig": config} if config else {}
    return {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "End": True}


def writing(writer: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A map whose items that are "bad" fail; its state passes on what the writer leaves."""
    machine = distributed_with_failures(ToleratedFailurePercentage=60, MaxConcurrency=1)
    only = machine["States"]["Only"] | {"ResultWriter": writer, "ItemsPath": "$.items"} | more
    return one_step(only)


EXPORT = {
    "Resource": "arn:aws:states:::s3:putObject",
    "Parameters": {"Bucket.$": "$.bucket", "Prefix": "runs"},
}
OBJECT = {"Bucket": "files", "Key.$": "$.key"}
PASS = {"Type": "Pass", "End": True}
NEVER = {"Variable": "$.a", "NumericEquals": 0, "Next": "End"}
FAILING: dict[str, dict[str, Any]] = {
    "runtime": caught(over(one_step(PASS | {"InputPath": "$.gone"})), "States.ALL"),
    "runtime-task": caught(task(FUNCTION, {"a.$": "$.gone"}), "States.TaskFailed"),
    "runtime-named": caught(task(FUNCTION, {"a.$": "$.gone"}), "States.Runtime"),
    **{
        f"{name}-{service}": caught(
            task(f"arn:aws:states:::{service}:{operation}", parameters), "States.ALL"
        )
        for name, text in (("runtime", "$.gone"), ("intrinsic", "States.StringToJson('{')"))
        for service, operation, parameters in (
            ("dynamodb", "getItem", {"TableName": "items", "Key": {"id": {"S.$": text}}}),
            ("apigateway", "invoke", {"ApiEndpoint": "here", "Method": "GET", "Path.$": text}),
        )
    },
    "intrinsic": caught(
        over(one_step(PASS | {"Parameters": {"a.$": "States.StringToJson('{')"}})), "States.ALL"
    ),
    "query": {
        "QueryLanguage": "JSONata",
        **caught(over(one_step(PASS | {"Output": "{% $number('x') %}"})), "States.ALL"),
    },
    "no-choice": caught(
        over(
            {
                "StartAt": "A",
                "States": {"A": {"Type": "Choice", "Choices": [NEVER]}, "End": {"Type": "Succeed"}},
            }
        ),
        "States.ALL",
    ),
    "result-path": caught(
        over(
            {
                "StartAt": "A",
                "States": {
                    "A": {"Type": "Pass", "Result": "text", "Next": "B"},
                    "B": PASS | {"Result": 1, "ResultPath": "$.a.b"},
                },
            }
        ),
        "States.ALL",
    ),
    "unread": caught(read_by("getObject", OBJECT, InputType="JSON"), "States.ItemReaderFailed"),
    "manifest-of-orc": caught(
        read_by("getObject", OBJECT, InputType="MANIFEST"), "States.ItemReaderFailed"
    ),
    "unread-by-all": caught(read_by("getObject", OBJECT, InputType="JSON"), "States.ALL"),
}
READERS: dict[str, dict[str, Any]] = {
    "lines": {"InputType": "JSONL", "MaxItems": 2},
    "pointed": {"InputType": "JSON", "ItemsPointer": "/a~1b/0"},
    "piped": {
        **{"InputType": "CSV", "CSVDelimiter": "PIPE"},
        **{"CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"]},
    },
    "inventory": {"InputType": "MANIFEST"},
    "athena": {"InputType": "CSV", "ManifestType": "ATHENA_DATA", "CSVHeaderLocation": "FIRST_ROW"},
}
MACHINES: dict[str, dict[str, Any]] = {
    "redriven": {
        "StartAt": "Mark",
        "States": {
            "Mark": {"Type": "Pass", "Result": 7, "ResultPath": "$.mark", "Next": "Read"},
            "Read": over(
                one_step(
                    task("arn:aws:states:::aws-sdk:s3:getObject", OBJECT)
                    | {"ResultSelector": {"text.$": "$.Body"}, "ResultPath": "$.read"}
                )
            ),
        },
    },
    **{name: one_step(read_by("getObject", OBJECT, **each)) for name, each in READERS.items()},
    "distributed": one_step(
        {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ToleratedFailurePercentage": 100,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                **one_step({"Type": "Pass", "End": True}),
            },
            "End": True,
        }
    ),
    "batches": one_step(
        {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemSelector": {"value.$": "$$.Map.Item.Value", "of.$": "$.of"},
            "ItemBatcher": {"MaxItemsPerBatchPath": "$.size", "BatchInput": {"of.$": "$.of"}},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                **one_step({"Type": "Pass", "End": True}),
            },
            "End": True,
        }
    ),
    "batches-jsonata": {
        "QueryLanguage": "JSONata",
        **one_step(
            {
                "Type": "Map",
                "Items": "{% $states.input.items %}",
                "ItemBatcher": {"MaxItemsPerBatch": "{% $states.input.size %}"},
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                    **one_step({"Type": "Pass", "End": True}),
                },
                "End": True,
            }
        ),
    },
    "exported": writing(EXPORT),
    "exported-strict": writing(EXPORT, ToleratedFailurePercentage=1),
    "exported-lines": writing(
        EXPORT | {"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"}}
    ),
    "flattened": writing({"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSON"}}),
    "unwritten": caught(
        writing(EXPORT)["States"]["Only"],
        "States.ResultWriterFailed",
    ),
    "listed": one_step(
        read_by("listObjectsV2", {"Bucket": "listed"}) | {"ResultSelector": {"keys.$": "$[*].Key"}}
    ),
    "tolerant": distributed_with_failures(ToleratedFailurePercentage=50),
    "strict": distributed_with_failures(ToleratedFailureCount=1),
    "one-by-one": one_step(
        {
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": one_step({"Type": "Pass", "End": True}),
            "End": True,
        }
    ),
    "http": one_step(
        task(
            "arn:aws:states:::http:invoke",
            {
                "ApiEndpoint.$": "$.url",
                "Method": "POST",
                "InvocationConfig": {
                    "ConnectionArn": f"arn:aws:events:{ACCOUNT}:connection/partner/id"
                },
                "RequestBody": {"n.$": "$.n"},
            },
            ResultSelector={"got.$": "$.ResponseBody.event", "status.$": "$.StatusCode"},
        )
    ),
    "activity": one_step(
        task(f"arn:aws:states:{ACCOUNT}:activity:by-hand", TimeoutSeconds=30, OutputPath="$.done")
    ),
    "times": one_step(
        {
            "Type": "Pass",
            "Parameters": {
                "start.$": "States.Format('{}', $$.Execution.StartTime)",
                "entered.$": "$$.State.EnteredTime",
            },
            "End": True,
        }
    ),
    "direct": one_step(task(FUNCTION)),
    "integration": one_step(
        task(
            "arn:aws:states:::lambda:invoke",
            {"FunctionName": FUNCTION, "Payload.$": "$"},
            ResultSelector={"got.$": "$.Payload.event", "status.$": "$.StatusCode"},
        )
    ),
    "caught": {
        "StartAt": "Fail",
        "States": {
            "Fail": task(
                "arn:aws:states:::lambda:invoke",
                {"FunctionName": "NightlyFunction", "Payload": {"fail": True}},
                Catch=[{"ErrorEquals": ["RuntimeError"], "Next": "Rescue", "ResultPath": "$.why"}],
            ),
            "Rescue": {"Type": "Pass", "End": True},
        },
    },
    "each": {
        "StartAt": "Map",
        "States": {
            "Map": {
                "Type": "Map",
                "ItemsPath": "$.items",
                "ItemProcessor": one_step(task(FUNCTION, ResultPath="$.out", OutputPath="$.n")),
                "End": True,
            }
        },
    },
    "jsonata": {
        "QueryLanguage": "JSONata",
        **one_step(
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": FUNCTION, "Payload": "{% $states.input %}"},
                "Output": "{% $states.result.Payload.event.n * 2 %}",
                "End": True,
            }
        ),
    },
    "services": {
        "StartAt": "Put",
        "States": {
            "Put": task(
                "arn:aws:states:::dynamodb:putItem",
                {"TableName": "items", "Item": {"id": {"S.$": "$.id"}}},
                ResultPath=None,
            )
            | {"Next": "Tell", "End": False},
            "Tell": task(
                "arn:aws:states:::sqs:sendMessage",
                {"QueueUrl": QUEUE, "MessageBody.$": "$.id"},
                ResultPath=None,
            )
            | {"Next": "File", "End": False},
            "File": task(
                "arn:aws:states:::aws-sdk:s3:putObject",
                {"Bucket": "files", "Key.$": "$.id", "Body": "text"},
                ResultPath=None,
            )
            | {"Next": "Get", "End": False},
            "Get": task(
                "arn:aws:states:::aws-sdk:dynamodb:getItem",
                {"TableName": "items", "Key": {"id": {"S.$": "$.id"}}},
                OutputPath="$.Item",
            ),
        },
    },
    "gateway": one_step(
        task(
            "arn:aws:states:::apigateway:invoke",
            {
                "ApiEndpoint.$": "$.host",
                "Method": "POST",
                "Stage": "prod",
                "Path": "/@connections/AAAAAAAAAAAAAAA=",
                "RequestBody": {"a": 1},
            },
        )
    ),
    "nested": one_step(
        task(
            "arn:aws:states:::states:startExecution.sync:2",
            {"StateMachineArn": f"arn:aws:states:{ACCOUNT}:stateMachine:direct", "Input.$": "$"},
            OutputPath="$.Output.event",
        )
    ),
}
for machine in MACHINES.values():
    for state in machine["States"].values():
        if state.get("End") is False:
            del state["End"]
DECLARED: tuple[Declared, ...] = (
    ("AWS::SQS::Queue", "told", {}),
    ("AWS::S3::Bucket", "files", {}),
    ("AWS::S3::Bucket", "listed", {}),
    ("AWS::S3::Bucket", "results", {}),
    ("AWS::StepFunctions::Activity", "by-hand", {}),
    (
        "AWS::Events::Connection",
        "partner",
        {
            "AuthorizationType": "BASIC",
            "AuthParameters": {"BasicAuthParameters": {"Username": "a", "Password": "b"}},
        },
    ),
    (
        "AWS::DynamoDB::Table",
        "items",
        {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        },
    ),
    *(
        (
            "AWS::StepFunctions::StateMachine",
            name,
            {"Definition": machine, "RoleArn": "arn:aws:iam::123456789012:role/flow"},
        )
        for name, machine in (MACHINES | FAILING).items()
    ),
)


@pytest.fixture(scope="module")
def aws(other_app: OtherApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsServer]:
    folder = tmp_path_factory.mktemp("aws")
    with started_aws(folder, *DECLARED, lambda_url=other_app.lambda_url) as server:
        assert server.problems()[0] == []
        yield server


def run(server: AwsServer, name: str, given: object) -> dict[str, Any]:
    """Start an execution, wait for its end and return its description."""
    states = aws_client(server, "stepfunctions")
    arn = f"arn:aws:states:{ACCOUNT}:stateMachine:{name}"
    started = states.start_execution(stateMachineArn=arn, input=json.dumps(given))

    def described() -> dict[str, Any]:
        answer: dict[str, Any] = states.describe_execution(executionArn=started["executionArn"])
        return answer

    wait_until(lambda: described()["status"] != "RUNNING")
    return described()


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("integration", {"a": 1}, {"got": {"a": 1}, "status": 200}),
        ("each", {"items": [{"n": 1}, {"n": 2}]}, [1, 2]),
        ("distributed", {"items": [1, 2]}, [1, 2]),
        (
            "batches",
            {"items": [1, 2, 3], "of": "a", "size": 2},
            [
                {
                    "BatchInput": {"of": "a"},
                    "Items": [{"value": 1, "of": "a"}, {"value": 2, "of": "a"}],
                },
                {"BatchInput": {"of": "a"}, "Items": [{"value": 3, "of": "a"}]},
            ],
        ),
        ("batches-jsonata", {"items": [1, 2, 3], "size": 2}, [{"Items": [1, 2]}, {"Items": [3]}]),
        ("tolerant", ["good", "bad"], ["good", None]),
        ("one-by-one", [1, 2, 3], [1, 2, 3]),
        ("jsonata", {"n": 21}, 42),
        ("services", {"id": "x"}, {"id": {"S": "x"}}),
        ("nested", {"deep": True}, {"deep": True}),
    ],
)
def test_an_execution_ends_with_what_its_tasks_returned(
    aws: AwsServer, name: str, given: object, expected: object
) -> None:
    execution = run(aws, name, given)

    assert (execution["status"], execution.get("cause")) == ("SUCCEEDED", None)
    assert json.loads(execution["output"]) == expected


def test_a_distributed_map_fails_when_more_items_fail_than_it_tolerates(aws: AwsServer) -> None:
    execution = run(aws, "strict", ["bad", "good", "bad", "good"])
    states = aws_client(aws, "stepfunctions")
    (run_of_map,) = states.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    described = states.describe_map_run(mapRunArn=run_of_map["mapRunArn"])

    assert (execution["status"], execution["error"]) == (
        "FAILED",
        "States.ExceedToleratedFailureThreshold",
    )
    assert (described["status"], described["itemCounts"]["failed"]) == ("FAILED", 2)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("runtime-named", "States.Runtime"),
        ("intrinsic", "States.IntrinsicFailure"),
        ("intrinsic-dynamodb", "States.IntrinsicFailure"),
        ("intrinsic-apigateway", "States.IntrinsicFailure"),
        ("query", "States.QueryEvaluationError"),
        ("no-choice", "States.NoChoiceMatched"),
        ("result-path", "States.ResultPathMatchFailure"),
        ("unread", "States.ItemReaderFailed"),
        ("unread-by-all", "States.ItemReaderFailed"),
    ],
)
def test_a_state_catches_an_error_by_its_name_or_by_all(
    aws: AwsServer, name: str, error: str
) -> None:
    execution = run(aws, name, {"a": 1, "key": "gone"})

    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"])["Error"] == error


@pytest.mark.parametrize(
    "name", ["runtime", "runtime-task", "runtime-dynamodb", "runtime-apigateway"]
)
def test_no_wildcard_catches_what_ends_an_execution(aws: AwsServer, name: str) -> None:
    execution = run(aws, name, {"a": 1})

    assert (execution["status"], execution["error"]) == ("FAILED", "States.Runtime")


def test_a_failed_execution_goes_on_where_it_failed(aws: AwsServer) -> None:
    states, s3 = aws_client(aws, "stepfunctions"), aws_client(aws, "s3")
    failed = run(aws, "redriven", {"key": "later"})
    arn = {"executionArn": failed["executionArn"]}
    assert (failed["status"], failed["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    s3.put_object(Bucket="files", Key="later", Body=b"now")

    assert states.redrive_execution(**arn)["redriveDate"]

    wait_until(lambda: states.describe_execution(**arn)["status"] != "RUNNING")
    done = states.describe_execution(**arn)
    assert done["status"] == "SUCCEEDED"
    assert json.loads(done["output"]) == [{"key": "later", "mark": 7, "read": {"text": "now"}}]
    assert (done["redriveCount"], done["redriveStatus"]) == (1, "NOT_REDRIVABLE")
    events = states.get_execution_history(**arn, maxResults=1000)["events"]
    kinds = [each["type"] for each in events]
    assert [each["id"] for each in events] == [*range(1, len(events) + 1)]
    assert kinds.count("PassStateEntered") == 1
    assert kinds[kinds.index("ExecutionFailed") + 1] == "ExecutionRedriven"
    with pytest.raises(states.exceptions.ExecutionNotRedrivable, match="SUCCEEDED and cannot be"):
        states.redrive_execution(**arn)


def test_an_object_that_is_no_json_is_not_read(aws: AwsServer) -> None:
    aws_client(aws, "s3").put_object(Bucket="files", Key="text", Body=b"text")
    execution = run(aws, "unread", {"key": "text"})

    assert json.loads(execution["output"])["Error"] == "States.ItemReaderFailed"


@pytest.mark.parametrize(
    ("name", "text", "items"),
    [
        ("lines", '{"a": 1}\n\n{"a": 2}\n{"a": 3}\n', [{"a": 1}, {"a": 2}]),
        ("pointed", '{"a/b": [[1, 2]]}', [1, 2]),
        ("piped", "1|2,5\n3\n", [{"a": "1", "b": "2,5"}, {"a": "3", "b": ""}]),
        ("athena", "s3://files/part/one.csv\n", [{"id": "7"}]),
        (
            "inventory",
            '{"destinationBucket": "arn:aws:s3:::files", "fileFormat": "CSV", "fileSchema":'
            ' "Bucket, Key", "files": [{"key": "part/list.csv.gz"}]}',
            [{"Bucket": "shop", "Key": "a.txt"}],
        ),
    ],
)
def test_a_map_reads_objects_of_other_forms(
    aws: AwsServer, name: str, text: str, items: list[Any]
) -> None:
    s3 = aws_client(aws, "s3")
    s3.put_object(Bucket="files", Key=name, Body=text.encode())
    s3.put_object(Bucket="files", Key="part/one.csv", Body=b"id\n7\n")
    s3.put_object(Bucket="files", Key="part/list.csv.gz", Body=gzip.compress(b'"shop","a.txt"\n'))

    execution = run(aws, name, {"key": name})

    assert execution["status"] == "SUCCEEDED", execution
    assert json.loads(execution["output"]) == items


def test_an_inventory_in_another_form_than_text_is_not_read(aws: AwsServer) -> None:
    aws_client(aws, "s3").put_object(Bucket="files", Key="orc", Body=b'{"fileFormat": "ORC"}')
    told = json.loads(run(aws, "manifest-of-orc", {"key": "orc"})["output"])

    assert told["Error"] == "States.ItemReaderFailed"
    assert "inventories in ORC are not read here" in told["Cause"]


def test_a_map_over_a_bucket_has_all_of_its_objects(aws: AwsServer) -> None:
    s3 = aws_client(aws, "s3")
    keys = [f"{index:04}" for index in range(1001)]
    for key in keys:
        s3.put_object(Bucket="listed", Key=key, Body=b"")

    assert json.loads(run(aws, "listed", {})["output"]) == {"keys": keys}


def results(server: AwsServer, run_arn: str) -> dict[str, Any]:
    """The files of a map run by their names, the manifest among them."""
    s3 = aws_client(server, "s3")
    prefix = f"runs/{run_arn.rsplit(':', 1)[-1]}/"
    listed = s3.list_objects_v2(Bucket="results", Prefix=prefix)["Contents"]
    bodies = {
        each["Key"]: s3.get_object(Bucket="results", Key=each["Key"])["Body"].read()
        for each in listed
    }
    return {key.removeprefix(prefix): body.decode() for key, body in bodies.items()}


def test_results_of_a_map_are_in_files_that_its_manifest_names(aws: AwsServer) -> None:
    given = {"bucket": "results", "items": ["bad", "good", "best"]}
    output = json.loads(run(aws, "exported", given)["output"])
    written = results(aws, output["MapRunArn"])
    manifest = json.loads(written["manifest.json"])
    (failed,) = json.loads(written["FAILED_0.json"])
    succeeded = json.loads(written["SUCCEEDED_0.json"])
    folder = f"runs/{output['MapRunArn'].rsplit(':', 1)[-1]}"

    assert output["ResultWriterDetails"] == {"Bucket": "results", "Key": f"{folder}/manifest.json"}
    assert manifest == {
        "DestinationBucket": "results",
        "MapRunArn": output["MapRunArn"],
        "ResultFiles": {
            "FAILED": [{"Key": f"{folder}/FAILED_0.json", "Size": len(written["FAILED_0.json"])}],
            "PENDING": [],
            "SUCCEEDED": [
                {"Key": f"{folder}/SUCCEEDED_0.json", "Size": len(written["SUCCEEDED_0.json"])}
            ],
        },
    }
    assert [(each["Input"], each["Output"]) for each in succeeded] == [
        ('"good"', '"good"'),
        ('"best"', '"best"'),
    ]
    assert (failed["Status"], failed["Error"], failed["Cause"]) == ("FAILED", "Bad", "an item")
    assert "Output" not in failed
    machine = f"arn:aws:states:{ACCOUNT}:stateMachine:exported/"
    assert all(each["StateMachineArn"].startswith(machine) for each in [failed, *succeeded])
    assert succeeded[0]["StartDate"] <= succeeded[0]["StopDate"]


def test_a_map_that_fails_writes_what_it_has_and_what_it_did_not_begin(aws: AwsServer) -> None:
    given = {"bucket": "results", "items": ["good", "bad", "never"]}
    execution = run(aws, "exported-strict", given)
    states = aws_client(aws, "stepfunctions")
    (run_of_map,) = states.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    written = results(aws, run_of_map["mapRunArn"])

    assert execution["error"] == "States.ExceedToleratedFailureThreshold"
    assert {
        name: json.loads(text)[0]["Input"] for name, text in written.items() if "_0" in name
    } == {
        "FAILED_0.json": '"bad"',
        "PENDING_0.json": '"never"',
        "SUCCEEDED_0.json": '"good"',
    }


def test_results_are_transformed_as_the_writer_says(aws: AwsServer) -> None:
    given = {"bucket": "results", "items": [[1, 2], "x", [3]]}
    output = json.loads(run(aws, "exported-lines", given)["output"])

    assert results(aws, output["MapRunArn"])["SUCCEEDED_0.jsonl"] == '1\n2\n"x"\n3\n'
    assert json.loads(run(aws, "flattened", given)["output"]) == [1, 2, "x", 3]


def test_results_that_cannot_be_written_fail_the_map_by_a_name(aws: AwsServer) -> None:
    output = json.loads(run(aws, "unwritten", {"bucket": "gone", "items": ["x"]})["output"])

    assert output["Error"] == "States.ResultWriterFailed"
    assert "the bucket gone" in output["Cause"]


def test_an_http_task_asks_servers_of_this_machine_and_names_what_it_may_not_ask(
    aws: AwsServer, other_app: OtherApp
) -> None:
    """The Lambda endpoint is a server that is there."""
    invoke = f"{other_app.lambda_url}/2015-03-31/functions/NightlyFunction/invocations"

    done = run(aws, "http", {"url": invoke, "n": 1})
    missing = run(aws, "http", {"url": f"{other_app.lambda_url}/nothing", "n": 1})
    refused = run(aws, "http", {"url": "https://pay.example.com/", "n": 1})

    assert json.loads(done["output"]) == {"got": {"n": 1}, "status": 200}
    assert missing["error"] == "States.Http.StatusCode.404"
    assert refused["error"] == "States.Runtime"
    assert "pay.example.com is not on this machine" in refused["cause"]


def test_a_worker_of_ones_own_does_the_tasks_of_an_activity(aws: AwsServer) -> None:
    states = aws_client(aws, "stepfunctions")
    machine = f"arn:aws:states:{ACCOUNT}:stateMachine:activity"
    started = states.start_execution(stateMachineArn=machine, input='{"n": 1}')

    given = states.get_activity_task(activityArn=f"arn:aws:states:{ACCOUNT}:activity:by-hand")
    states.send_task_success(taskToken=given["taskToken"], output='{"done": "so"}')

    def described() -> dict[str, Any]:
        answer: dict[str, Any] = states.describe_execution(executionArn=started["executionArn"])
        return answer

    wait_until(lambda: described()["status"] != "RUNNING")
    assert given["input"] == '{"n": 1}'
    assert described()["output"] == '"so"'
    with pytest.raises(states.exceptions.ActivityDoesNotExist):
        states.get_activity_task(activityArn=f"arn:aws:states:{ACCOUNT}:activity:gone")


@pytest.mark.parametrize(
    ("host", "error", "cause"),
    [
        ("Chat.execute-api.us-east-1.amazonaws.com", "ApiGateway.404", "/execute-api/Chat/prod/@"),
        ("api.example.com", "ApiGateway.UnknownEndpoint", "is no API of this machine"),
    ],
)
def test_an_api_that_answers_an_error_is_an_error_of_its_task(
    aws: AwsServer, host: str, error: str, cause: str
) -> None:
    """Functions are where the API would be, without one."""
    execution = run(aws, "gateway", {"host": host})

    assert (execution["status"], execution["error"]) == ("FAILED", error)
    assert cause in execution["cause"]


def test_times_of_the_context_object_are_texts_as_on_aws(aws: AwsServer) -> None:
    execution = run(aws, "times", {})
    times = json.loads(execution["output"])

    written = "%Y-%m-%dT%H:%M:%S.%fZ"
    assert set(times) == {"start", "entered"}
    start, entered = (datetime.strptime(times[name], written) for name in ("start", "entered"))
    assert start <= entered


def test_a_refused_definition_leaves_the_next_ones_alone(aws: AwsServer) -> None:
    states = aws_client(aws, "stepfunctions")
    role = "arn:aws:iam::123456789012:role/any"
    broken = {"QueryLanguage": "JSONata", **one_step({"Type": "Task", "End": True})}
    plain = one_step({"Type": "Pass", "InputPath": "$.a", "End": True})

    with pytest.raises(ClientError, match="No Resource declaration"):
        states.create_state_machine(name="broken", definition=json.dumps(broken), roleArn=role)
    states.create_state_machine(name="plain", definition=json.dumps(plain), roleArn=role)

    assert json.loads(run(aws, "plain", {"a": 1})["output"]) == 1


def test_a_definition_that_leads_nowhere_is_refused(aws: AwsServer) -> None:
    states = aws_client(aws, "stepfunctions")
    role = "arn:aws:iam::123456789012:role/any"
    lost = one_step({"Type": "Pass", "Next": "Gone"})
    said = r"InvalidDefinition.*MISSING_TRANSITION_TARGET: Missing 'Next' target: Gone at /States"

    with pytest.raises(ClientError, match=said):
        states.create_state_machine(name="lost", definition=json.dumps(lost), roleArn=role)
    arn = f"arn:aws:states:{ACCOUNT}:stateMachine:direct"
    with pytest.raises(ClientError, match=said):
        states.update_state_machine(stateMachineArn=arn, definition=json.dumps(lost))


def test_errors_have_names_to_be_caught_by(aws: AwsServer) -> None:
    states = aws_client(aws, "stepfunctions")
    run_of_map = f"arn:aws:states:{ACCOUNT}:mapRun:direct/Only:none"

    with pytest.raises(states.exceptions.InvalidToken):
        states.send_task_success(taskToken="none", output="{}")
    with pytest.raises(states.exceptions.ResourceNotFound):
        states.describe_map_run(mapRunArn=run_of_map)
    with pytest.raises(states.exceptions.InvalidDefinition):
        states.create_state_machine(name="none", definition="{", roleArn=run_of_map)


def test_a_task_may_name_a_function_alone(aws: AwsServer) -> None:
    output = json.loads(run(aws, "direct", {"a": 1})["output"])

    assert (output["event"], output["arn"]) == ({"a": 1}, FUNCTION)


def test_the_services_that_tasks_call_are_those_of_this_machine(aws: AwsServer) -> None:
    run(aws, "services", {"id": "seen"})

    body = aws_client(aws, "s3").get_object(Bucket="files", Key="seen")["Body"].read()
    sqs = aws_client(aws, "sqs")
    url = sqs.get_queue_url(QueueName="told")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert body in (b"text", b'"text"')
    assert "seen" in [message["Body"] for message in messages]


def test_an_exception_of_a_function_is_an_error_that_a_state_catches(aws: AwsServer) -> None:
    execution = run(aws, "caught", {})
    why = json.loads(execution["output"])["why"]

    assert execution["status"] == "SUCCEEDED"
    assert why["Error"] == "RuntimeError"
    assert json.loads(why["Cause"])["errorMessage"] == "asked to fail"


def test_an_execution_whose_function_fails_says_how(aws: AwsServer) -> None:
    execution = run(aws, "direct", {"fail": True})

    assert (execution["status"], execution["error"]) == ("FAILED", "RuntimeError")


def test_the_history_comes_in_the_order_and_the_pages_that_are_asked_for(aws: AwsServer) -> None:
    states = aws_client(aws, "stepfunctions")
    arn = run(aws, "jsonata", {"n": 1})["executionArn"]

    latest = states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)
    pages = states.get_paginator("get_execution_history").paginate(
        executionArn=arn, PaginationConfig={"PageSize": 1}
    )

    assert [event["type"] for event in latest["events"]] == ["ExecutionSucceeded"]
    ids = [event["id"] for page in pages for event in page["events"]]
    assert ids == sorted(ids)
    assert len(ids) > 2
    with pytest.raises(states.exceptions.InvalidToken):
        states.get_execution_history(executionArn=arn, nextToken="x")


def test_an_express_machine_answers_with_its_result(aws: AwsServer) -> None:
    states = aws_client(aws, "stepfunctions", config=Config(inject_host_prefix=False))
    arn = f"arn:aws:states:{ACCOUNT}:stateMachine:"

    done = states.start_sync_execution(stateMachineArn=f"{arn}jsonata", input='{"n": 3}')
    failed = states.start_sync_execution(stateMachineArn=f"{arn}direct", input='{"fail": true}')

    assert (done["status"], done["output"]) == ("SUCCEEDED", "6")
    assert (failed["status"], failed["error"]) == ("FAILED", "RuntimeError")


def test_the_address_of_the_services_takes_invokes_too(aws: AwsServer, other_app: OtherApp) -> None:
    client = aws_client(aws, "lambda")

    answer = client.invoke(FunctionName="NightlyFunction", Payload=b'{"a": 1}', LogType="Tail")
    queued = client.invoke(FunctionName=FUNCTION, InvocationType="Event", Payload=b"{}")
    failed = client.invoke(FunctionName="NightlyFunction", Payload=b'{"fail": true}')

    assert json.loads(answer["Payload"].read())["event"] == {"a": 1}
    assert "LogResult" in answer
    assert queued["StatusCode"] == 202
    assert failed["FunctionError"] == "Unhandled"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="Nobody")
