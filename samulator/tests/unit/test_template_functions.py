"""Functions of every kind in a template, their versions, and what stands for nothing here."""

from pathlib import Path

import pytest

from samulator.template.load import load_application
from samulator.template.model import Application, Image, Layer
from testkit.sam_template import sam_template


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str) -> Application:
        (tmp_path / "code").mkdir(exist_ok=True)
        (tmp_path / "template.yaml").write_text(sam_template(text), encoding="utf-8")
        return load_application(tmp_path / "template.yaml")

    return load


PLAIN = """
    Resources:
      Plain:
        Type: AWS::Lambda::Function
        Properties:
          FunctionName: plain
          Role: arn:aws:iam::123456789012:role/x
          Handler: index.handler
          Runtime: python3.12
          Timeout: 7
          Environment: {Variables: {NAME: !Sub "${AWS::StackName}"}}
          MORE
"""


def test_plain_function_runs_from_a_local_folder(load, tmp_path):
    function = load(PLAIN.replace("MORE", "Code: code")).functions["Plain"]

    assert (function.name, function.code_uri) == ("plain", tmp_path / "code")
    assert (function.timeout, function.runtime) == (7, "python3.12")
    assert function.environment == {"NAME": "local"}


def test_plain_function_runs_from_the_template_itself(load):
    application = load(PLAIN.replace("MORE", "Code: {ZipFile: !Sub 'x = \"${AWS::Region}\"'}"))

    function = application.functions["Plain"]
    assert (function.code_uri, function.inline_code) == (None, 'x = "us-east-1"')
    assert application.warnings == ()


def test_inline_code_of_a_sam_function_runs(load):
    application = load("""
        Resources:
          F: {Type: AWS::Serverless::Function,
              Properties: {InlineCode: "x = 1", Handler: index.h, Runtime: python3.11}}
    """)

    assert application.functions["F"].inline_code == "x = 1"


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ("Code: {S3Bucket: b, S3Key: k}", "s3://b/k"),
        ("", "it has none"),
        ("Code: s3://bucket/key", "s3://bucket/key"),
    ],
)
def test_plain_function_whose_code_is_elsewhere_is_named(load, more, place):
    application = load(PLAIN.replace("MORE", more))

    assert application.functions == {}
    assert application.warnings == (
        f"Plain: does not run here, its code is not on this machine ({place})",
    )


def test_plain_function_of_another_runtime_is_named(load):
    application = load(PLAIN.replace("python3.12", "nodejs22.x").replace("MORE", "Code: code"))

    assert application.warnings == (
        "Plain: does not run here, its runtime nodejs22.x is not Python",
    )


PUBLISHED = """
    Parameters: {Alias: {Type: String, Default: live}}
    Resources:
      One: {Type: AWS::Serverless::Function,
            Properties: {CodeUri: code, Handler: a.h, Runtime: python3.11,
                         FunctionName: !Sub "${AWS::StackName}-one", AutoPublishAlias: !Ref Alias}}
      Bare: {Type: AWS::Lambda::Function,
             Properties: {Code: code, Handler: a.h, Runtime: python3.11}}
      First: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Bare}}
      Second: {Type: AWS::Lambda::Version, Properties: {FunctionName: !GetAtt Bare.Arn}}
      Stable: {Type: AWS::Lambda::Alias,
               Properties: {FunctionName: !Ref Bare, Name: stable,
                            FunctionVersion: !GetAtt Second.Version}}
      Two: {Type: AWS::Serverless::Function,
            Properties: {CodeUri: code, Handler: a.h, Runtime: python3.11,
                         Environment: {Variables: {VALUE: VALUE_HERE}}}}
"""
_LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref One.Version", f"{_LAMBDA}:local-one:1"),
        ("!Ref One.Alias", f"{_LAMBDA}:local-one:live"),
        ("!Ref OneAliaslive", f"{_LAMBDA}:local-one:live"),
        ('!Sub "${One.Version}/x"', f"{_LAMBDA}:local-one:1/x"),
        ('!Sub "${One.Alias}"', f"{_LAMBDA}:local-one:live"),
        ('!Sub "${One.Version.Version}"', "1"),
        ("!GetAtt One.Version.Version", "1"),
        ("!GetAtt One.Version.FunctionArn", f"{_LAMBDA}:local-one:1"),
        ("!GetAtt One.Alias.AliasArn", f"{_LAMBDA}:local-one:live"),
        ("{Fn::GetAtt: [One.Version, Version]}", "1"),
        ("{Fn::GetAtt: [One, Version.Version]}", "1"),
        ('!Join [":", [!Ref One.Alias, x]]', f"{_LAMBDA}:local-one:live:x"),
        ("!Ref First", f"{_LAMBDA}:Bare:1"),
        ("!Ref Second", f"{_LAMBDA}:Bare:2"),
        ("!GetAtt Second.Version", "2"),
        ("!Ref Stable", f"{_LAMBDA}:Bare:stable"),
        ('!Sub "${Stable}"', f"{_LAMBDA}:Bare:stable"),
        ("!GetAtt Bare.Arn", f"{_LAMBDA}:Bare"),
        ("!Ref Bare", "Bare"),
    ],
)
def test_versions_and_aliases_have_the_arns_of_aws(load, value, expected):
    application = load(PUBLISHED.replace("VALUE_HERE", value))

    assert application.functions["Two"].environment["VALUE"] == expected


def test_versions_and_aliases_can_be_invoked_by_their_names(load):
    functions = load(PUBLISHED.replace("VALUE_HERE", "x")).functions

    assert functions["One"].versions == {"1": "1", "live": "1"}
    assert functions["Bare"].versions == {"1": "1", "2": "2", "stable": "2"}
    assert functions["Two"].versions == {}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("!Ref Two.Version", "Two.Version is not declared"),
        ('!Sub "${Two.Alias}"', "Two.Alias (AWS::Lambda::Function) is not known here"),
        ("!GetAtt Two.Alias.AliasArn", "Two.Alias.AliasArn (AWS::Lambda::Function) is not"),
        ("!Ref Nobody.Alias", "Nobody.Alias is not declared"),
        ("!Ref OneAliasother", "OneAliasother is not declared"),
    ],
)
def test_reference_to_what_nobody_publishes_is_named(load, value, reason):
    (warning,) = load(PUBLISHED.replace("VALUE_HERE", value)).warnings

    assert warning.startswith(f"Two.Environment.Variables.VALUE: {reason}")


def test_a_function_of_an_image_is_read_with_its_dockerfile(load, tmp_path):
    application = load("""
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties: {PackageType: Image, ImageConfig: {Command: [app.other]}, Timeout: 9}
            Metadata:
              {DockerContext: ./code, Dockerfile: Dockerfile, DockerTag: v1,
               DockerBuildArgs: {MODE: test}}
    """)

    function = application.functions["F"]
    assert (function.code_uri, function.handler, function.timeout) == (None, "", 9)
    assert function.image == Image(
        context=tmp_path / "code",
        dockerfile=tmp_path / "code/Dockerfile",
        arguments={"MODE": "test"},
        command=("app.other",),
    )


def test_a_layer_that_the_template_does_not_declare_is_known_by_its_arn(load):
    arn = "arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312:5"
    application = load(f"""
        Resources:
          F: {{Type: AWS::Serverless::Function,
              Properties: {{CodeUri: code, Handler: a.h, Runtime: python3.12,
                           Layers: [!Ref Own, "{arn}"]}}}}
          Own: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: code}},
                Metadata: {{BuildMethod: python3.12}}}}
    """)

    assert application.functions["F"].layers == ("Own", arn)
    assert application.layers[arn] == Layer(arn, None, reference=arn)
    assert application.layers["Own"].build_method == "python3.12"


def test_a_function_that_cloudformation_calls_is_known_as_such(load):
    functions = load(
        PUBLISHED.replace("VALUE_HERE", "x")
        + """
      Thing: {Type: Custom::Thing, Properties: {ServiceToken: !GetAtt Bare.Arn}}
"""
    ).functions

    assert [name for name, each in functions.items() if each.makes_custom_resources] == ["Bare"]
