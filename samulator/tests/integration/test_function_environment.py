"""What a function sees of this machine: what Lambda gives it and nothing else."""

import json
import sys
from pathlib import Path

import pytest

from samulator.functions import bootstrap
from testkit.other_app_runner import TEMPLATE, OtherApp

FOLDER = TEMPLATE.parent
# Lambda's own, from its documentation; TMPDIR stands for the /tmp that each worker has there,
# LC_CTYPE is Python's where the machine lacks the locale. Four are for local services.
EXPECTED = {
    "AWS_ACCESS_KEY_ID",
    "AWS_CONFIG_FILE",
    "AWS_DEFAULT_REGION",
    "AWS_DISABLE_HOST_PREFIX_INJECTION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "LD_LIBRARY_PATH",
    "PATH",
    "TMPDIR",
    "TZ",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
}
FROM_TEMPLATE = {"STAGE", "PAGES", "UPLOADS", "WORK_QUEUE_URL", "WORK_QUEUE_ARN", "AUDIT"}


@pytest.fixture(scope="module")
def seen(other_app: OtherApp) -> dict:
    return json.loads(other_app.invoke("WebFunction", {"rawPath": "/"}).payload)


def test_environment_is_lambdas_and_the_templates(seen):
    assert set(seen["environment"]) - {"LC_CTYPE"} == EXPECTED | FROM_TEMPLATE


def test_environment_names_the_function(seen):
    environment = seen["environment"]

    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "WebFunction"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["LAMBDA_TASK_ROOT"] == str(FOLDER / "web")
    assert environment["_HANDLER"] == "web.handler"
    assert environment["WORK_QUEUE_ARN"] == "arn:aws:sqs:us-east-1:123456789012:WorkQueue"


def test_credentials_of_this_machine_do_not_reach_the_function(monkeypatch, seen):
    assert seen["environment"]["AWS_SECRET_ACCESS_KEY"] == "local"


def test_search_path_is_code_layers_runtime_and_the_standard_library(seen):
    path = [Path(folder) for folder in seen["path"]]

    assert path[0] == FOLDER / "web"
    # A later layer overwrites an earlier one on AWS, so it is searched first.
    assert path[2].parent.name.startswith("ShoutLayer-")
    assert path[4] == FOLDER / "layers/greeting/python"
    assert path[5].name.startswith("runtime-")
    library = Path(sys.base_prefix) / "lib"
    assert all(folder.is_relative_to(library) for folder in path[6:])
    assert not [
        folder
        for folder in path
        if folder.name in ("site-packages", "")
        and not folder.is_relative_to(path[2].parent)
        and not folder.is_relative_to(FOLDER)
    ]


def test_modules_that_a_worker_begins_with_leave_their_names_to_the_function(seen):
    first = {path.stem for path in Path(bootstrap.__file__).parent.glob("*.py")}

    assert {"aws_guard", "execute_api", "older_sdk", "user_pools"} <= first
    assert not first & set(seen["modules"])


def test_packages_of_the_stack_cannot_be_imported(seen):
    assert not {"aiohttp", "yaml", "psutil", "local", "site"} & set(seen["modules"])


def test_both_layers_are_importable(seen):
    assert seen["greeting"] == "HELLO WORLD"


def test_function_runs_in_its_code_folder(seen):
    assert seen["cwd"] == str(FOLDER / "web")
    assert seen["argv"][1:] == ["web.handler"]


def test_context_has_deadline_and_arn(seen):
    assert 0 < seen["remaining_ms"] <= 10_000
    assert seen["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:WebFunction"


def test_building_a_layer_leaves_its_source_folder_alone(seen):
    assert {path.name for path in (FOLDER / "layers/shout").iterdir()} == {"Makefile", "shout.py"}
