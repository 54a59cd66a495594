"""Layers of others by ARN: what stands for them, and what is said of each."""

from pathlib import Path

import pytest

from samulator.functions.interpreters import OWN_RUNTIME
from samulator.functions.packages.public_layers import PublicLayer, is_extension, public_layer
from samulator.functions.packages.remarks import remarks
from samulator.template.model import Application, Function, Layer

POWERTOOLS = "aws-lambda-powertools[all]"


@pytest.mark.parametrize(
    ("reference", "package"),
    [
        (
            "arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV2:58",
            f"{POWERTOOLS}==2.30.2",
        ),
        (
            "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV2-Arm64:71",
            f"{POWERTOOLS}==2.38.1",
        ),
        (
            "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:3",
            f"{POWERTOOLS}==3.2.0",
        ),
        (
            "arn:aws-us-gov:lambda:us-gov-west-1:165093116878:layer:"
            "AWSLambdaPowertoolsPythonV3-python313-arm64:5",
            f"{POWERTOOLS}==3.4.0",
        ),
        (
            "arn:aws-cn:lambda:cn-north-1:498634801083:layer:"
            "AWSLambdaPowertoolsPythonV3-python39-x86_64:2",
            f"{POWERTOOLS}==3.1.0",
        ),
        (
            "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPython:39",
            f"{POWERTOOLS}==1.31.1",
        ),
        (
            "arn:aws:lambda:us-east-1:336392948345:layer:AWSSDKPandas-Python312:18",
            "awswrangler==3.12.1",
        ),
        (
            "arn:aws:lambda:ap-east-1:839552336658:layer:AWSSDKPandas-Python39-Arm64:28",
            "awswrangler==3.11.0",
        ),
        (
            "/aws/service/powertools/python/x86_64/python3.12/3.5.0",
            f"{POWERTOOLS}==3.5.0",
        ),
        (
            "{{resolve:ssm:/aws/service/powertools/python/arm64/python3.13/latest}}",
            POWERTOOLS,
        ),
        ("/aws/service/aws-sdk-pandas/3.4.0/py3.10/x86_64/layer-arn", "awswrangler==3.4.0"),
    ],
)
def test_a_public_layer_is_the_release_that_its_arn_stands_for(reference, package):
    assert public_layer(reference) == PublicLayer(package, is_exact=True)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("AWSLambdaPowertoolsPythonV3-python312-x86_64:99", f"{POWERTOOLS}==3.*"),
        ("AWSLambdaPowertoolsPythonV2:70", f"{POWERTOOLS}==2.37.0"),
        ("AWSSDKPandas-Python313:999", "awswrangler"),
        ("AWSLambda-Python38-SciPy1x:107", "scipy"),
        ("Klayers-p312-requests:4", "requests"),
        ("Klayers-python38-pillow:1", "pillow"),
    ],
)
def test_a_layer_whose_release_is_not_known_is_the_nearest_that_is(name, package):
    reference = f"arn:aws:lambda:us-east-1:111122223333:layer:{name}"

    assert public_layer(reference) == PublicLayer(package, is_exact=False)


@pytest.mark.parametrize(
    "reference",
    [
        "arn:aws:lambda:us-east-1:111122223333:layer:AWSLambdaPowertoolsTypeScriptV2:21",
        "arn:aws:lambda:us-east-1:111122223333:layer:private:1",
        "arn:aws:s3:::AWSSDKPandas-Python312",
        "Nested.Outputs.LayerArn",
        "",
    ],
)
def test_any_other_layer_is_not_known(reference):
    assert public_layer(reference) is None


@pytest.mark.parametrize(
    "name",
    [
        "LambdaInsightsExtension-Arm64:20",
        "AWS-Parameters-and-Secrets-Lambda-Extension:11",
        "aws-otel-python-amd64-ver-1-25-0:1",
    ],
)
def test_an_extension_is_told_from_what_only_is_unknown(name):
    assert is_extension(f"arn:aws:lambda:us-east-1:580247275435:layer:{name}")
    assert not is_extension("arn:aws:lambda:us-east-1:111122223333:layer:private:1")


def application(tmp_path: Path, *references: str) -> Application:
    layers = {each: Layer(each, None, reference=each) for each in references}
    function = Function("F", tmp_path, "a.b", OWN_RUNTIME, 3, 128, {}, layers=references)
    return Application({"F": function}, layers, buckets={}, queues={})


def test_every_layer_of_others_is_named(tmp_path):
    arn = "arn:aws:lambda:us-east-1:1:layer:"
    names = ("AWSSDKPandas-Python312:18", "Klayers-p312-rsa:1", "LambdaInsightsExtension:2", "x:1")

    assert [*remarks(application(tmp_path, *(arn + name for name in names)))] == [
        f"Layer {arn}AWSSDKPandas-Python312:18 is replaced by awswrangler==3.12.1 from PyPI",
        f"Layer {arn}Klayers-p312-rsa:1 is replaced by rsa from PyPI, which may be another release",
        f"Layer {arn}LambdaInsightsExtension:2 is an extension: no extension runs here",
        f"Layer {arn}x:1 is on AWS only: left out",
    ]


def test_a_layer_of_another_stack_is_named_with_where_to_give_its_folder(tmp_path):
    assert [*remarks(application(tmp_path, "net-CommonLayer"))] == [
        "Layer net-CommonLayer is no layer of this template: left out; give its folder as the "
        "parameter's value, or under [exports] or [ssm] in local.toml"
    ]


def test_a_project_without_a_list_for_sam_build_is_named(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.poetry.dependencies]\npython = "^3.11"\nrequests = "^2"\n'
    )

    assert [*remarks(application(tmp_path))] == [
        "F: pyproject.toml depends on requests, but sam build installs requirements.txt alone: "
        "nothing is installed"
    ]
    (tmp_path / "requirements.txt").write_text("requests")
    assert [*remarks(application(tmp_path))] == []


def test_a_layer_that_sam_build_would_not_build_is_named(tmp_path):
    (tmp_path / "requirements.txt").write_text("requests")
    layers = {"L": Layer("L", tmp_path)}
    function = Function("F", tmp_path / "code", "a.b", OWN_RUNTIME, 3, 128, {}, layers=("L",))

    (said,) = remarks(Application({"F": function}, layers, buckets={}, queues={}))

    assert said.startswith("L: requirements.txt is installed here, but sam build leaves it out")


@pytest.mark.parametrize(
    ("method", "files", "is_named"),
    [
        ("python3.12", ["python/shared.py", "requirements.txt"], True),
        ("python3.12", ["shared.py", "requirements.txt"], False),
        ("python3.12", ["python/__init__.py"], False),
        ("makefile", ["python/shared.py"], False),
        (None, ["python/shared.py"], False),
    ],
)
def test_a_layer_whose_build_hides_its_modules_is_named(tmp_path, method, files, is_named):
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    layers = {"L": Layer("L", tmp_path, build_method=method)}
    function = Function("F", tmp_path / "code", "a.b", OWN_RUNTIME, 3, 128, {}, layers=("L",))

    said = [*remarks(Application({"F": function}, layers, buckets={}, queues={}))]

    assert [line.split(",")[0] for line in said] == is_named * [
        "L: BuildMethod python3.12 puts the folder python in a folder python"
    ]


def test_extensions_of_a_layers_own_and_wrappers_are_named(tmp_path):
    (tmp_path / "layer" / "extensions").mkdir(parents=True)
    for name in ("logs_api.py", "cache"):
        (tmp_path / "layer" / "extensions" / name).touch()
    layers = {"L": Layer("L", tmp_path / "layer", build_method="makefile")}
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument"}
    function = Function("F", tmp_path, "a.b", OWN_RUNTIME, 3, 128, variables, layers=("L",))

    assert [*remarks(Application({"F": function}, layers, buckets={}, queues={}))] == [
        "L: no extension runs here, functions run without its cache, logs_api.py",
        "F: AWS_LAMBDA_EXEC_WRAPPER /opt/otel-instrument wraps nothing here, the function runs "
        "without it",
    ]
