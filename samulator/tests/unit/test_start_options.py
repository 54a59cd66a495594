"""Flags and samconfig.toml, as `sam local start-api` reads them."""

import json
from pathlib import Path

import pytest

from samulator.control.loading import load_project
from samulator.control.local_toml import ProjectError
from samulator.control.project import open_project
from samulator.control.start_options import NO_FLAGS, Flags, read_options
from samulator.template.model import TemplateError

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Resources:
  First:
    Type: AWS::Serverless::Function
    Properties: &common
      InlineCode: "def handler(event, context): pass"
      Handler: index.handler
      Runtime: python3.11
      Environment: {Variables: {STAGE: !Ref Stage, REGION: !Ref AWS::Region, OTHER: ""}}
  Second:
    Type: AWS::Serverless::Function
    Properties: *common
"""
CONFIG = """
version = 0.1
[default.global.parameters]
region = "eu-west-1"
[default.local_start_api.parameters]
port = 3005
parameter_overrides = "Stage=configured"
[staging.local_start_api.parameters]
parameter_overrides = ["Stage=staging"]
[default.deploy.parameters]
parameter_overrides = "Stage=deployed"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def variables(folder: Path, flags: Flags = NO_FLAGS, function: str = "First") -> dict[str, str]:
    application = load_project(open_project(folder, flags))
    return dict(application.functions[function].environment)


def test_a_parameter_takes_the_value_of_its_flag_before_that_of_the_file(folder: Path) -> None:
    assert variables(folder)["STAGE"] == "dev"
    (folder / "samconfig.toml").write_text(CONFIG)
    assert variables(folder)["STAGE"] == "configured"
    assert variables(folder, Flags(parameters=["Stage=flag"]))["STAGE"] == "flag"


def test_a_value_of_the_file_that_a_deployment_refuses_is_a_warning_and_a_typed_one_an_error(
    folder: Path,
) -> None:
    """`sam local` takes any value: who cloned the application has not written its file."""
    allowed = TEMPLATE.replace("Default: dev", "Default: dev, AllowedValues: [dev, prod]")
    (folder / "template.yaml").write_text(allowed)
    (folder / "samconfig.toml").write_text(CONFIG)
    application = load_project(open_project(folder))

    assert application.functions["First"].environment["STAGE"] == "configured"
    assert [line for line in application.warnings if line.startswith("Parameters.")] == [
        "Parameters.Stage: 'configured' of samconfig.toml is not one of dev, prod; "
        "a deployment refuses it"
    ]
    with pytest.raises(TemplateError, match="'other' is not one of dev, prod"):
        load_project(open_project(folder, Flags(parameters=["Stage=other"])))


def test_the_global_section_counts_where_the_commands_own_is_silent(folder: Path) -> None:
    (folder / "samconfig.toml").write_text(CONFIG)
    options = read_options(folder)
    assert (options.region, options.port, options.is_port_a_flag) == ("eu-west-1", 3005, False)
    assert variables(folder)["REGION"] == "eu-west-1"
    options = read_options(folder, Flags(region="us-west-2", port=4000))
    assert (options.region, options.port, options.is_port_a_flag) == ("us-west-2", 4000, True)


def test_another_environment_of_the_file_is_chosen_by_its_name(folder: Path) -> None:
    (folder / "samconfig.toml").write_text(CONFIG)
    assert variables(folder, Flags(config_env="staging"))["STAGE"] == "staging"
    with pytest.raises(ProjectError, match=r"--config-env prod is not there; there are default, s"):
        read_options(folder, Flags(config_env="prod"))


def test_the_file_may_be_yaml_and_lies_beside_the_template_that_is_named(folder: Path) -> None:
    inside = folder / "inside"
    inside.mkdir()
    (folder / "template.yaml").rename(inside / "app.yml")
    config = {"local_start_api": {"parameters": {"parameter_overrides": {"Stage": "yaml"}}}}
    (inside / "samconfig.yaml").write_text(json.dumps({"version": 0.1, "default": config}))
    assert variables(folder, Flags(template=Path("inside/app.yml")))["STAGE"] == "yaml"


def test_variables_are_replaced_for_all_functions_or_for_one_and_none_is_added(
    folder: Path,
) -> None:
    file = folder / "env.json"
    file.write_text(
        '{"Parameters": {"STAGE": "all", "NEW": "x"}, "Second": {"OTHER": 7, "STAGE": true}}'
    )
    flags = Flags(env_vars=Path("env.json"))
    first, second = (variables(folder, flags, name) for name in ("First", "Second"))
    assert (first["STAGE"], first["OTHER"]) == ("all", "")
    assert (second["STAGE"], second["OTHER"]) == ("true", "7")
    assert "NEW" not in first


def test_what_has_no_effect_is_said(folder: Path) -> None:
    (folder / "env.json").write_text('{"Frist": {"STAGE": "x"}}')
    project = open_project(folder, Flags(env_vars=Path("env.json"), profile="work"))
    said = [*project.disagreements(load_project(project))]
    assert said == [
        "--profile has no effect: functions get credentials of this machine alone",
        "--env-vars: Frist is no function of template.yaml",
    ]


def test_a_variable_that_no_function_declares_is_said_with_the_one_that_was_meant(
    folder: Path,
) -> None:
    (folder / "env.json").write_text(
        '{"First": {"STGAE": "x"}, "Parameters": {"OTHER": 1, "A": 2}}'
    )
    project = open_project(folder, Flags(env_vars=Path("env.json")))
    assert [*project.disagreements(load_project(project))] == [
        "--env-vars: First.STGAE has no effect: not declared in template.yaml; did you mean STAGE?",
        "--env-vars: Parameters.A has no effect: no function declares it in template.yaml",
    ]


def test_configured_variables_that_are_not_in_the_repository_are_said_and_left_out(
    folder: Path,
) -> None:
    (folder / "samconfig.toml").write_text(
        'version = 0.1\n[default.local_start_api.parameters]\nenv_vars = "env.json"\n'
    )
    project = open_project(folder)
    assert [*project.disagreements(load_project(project))] == [
        "samconfig.toml: env_vars: there is no env.json, so that it sets no variable"
    ]

    (folder / "env.json").write_text('{"First": {"OTHER": "kept at home"}}')
    assert variables(folder, NO_FLAGS, "First")["OTHER"] == "kept at home"


@pytest.mark.parametrize(
    ("flags", "file", "said"),
    [
        (Flags(host="0.0.0.0"), "", "--host 0.0.0.0: samulator listens on 127.0.0.1 alone"),
        (Flags(parameters=["Stage"]), "", "'Stage' is not NAME=VALUE"),
        (Flags(env_vars=Path("gone.json")), "", "--env-vars gone.json: No such file"),
        (Flags(env_vars=Path("wrong.json")), "", "--env-vars wrong.json: not JSON"),
        (Flags(env_vars=Path("flat.json")), "", "--env-vars flat.json: STAGE: write an object"),
        (Flags(config_file=Path("gone.toml")), "", "--config-file gone.toml: no such file"),
        (Flags(), "[default]", "samconfig.toml: has no version; write version = 0.1"),
        (Flags(), "version = ", "samconfig.toml: cannot be read: Invalid value"),
        (Flags(), "version = 0.1\ndefault = 3", "parameters is no table of options"),
        (Flags(), CONFIG.replace("3005", '"http"'), "samconfig.toml: port: 'http' is not a port"),
        (Flags(), CONFIG.replace("port = 3005", 'host = "0.0.0.0"'), "samconfig.toml: host 0.0"),
        (Flags(), CONFIG.replace("Stage=configured", "Stage"), "samconfig.toml: 'Stage' is not"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_the_flag_or_the_file(
    folder: Path, flags: Flags, file: str, said: str
) -> None:
    (folder / "wrong.json").write_text("{")
    (folder / "flat.json").write_text('{"STAGE": "x"}')
    if file:
        (folder / "samconfig.toml").write_text(file)
    with pytest.raises(ProjectError) as raised:
        read_options(folder, flags)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("port", [0, -1, 65_536, 99_999])
def test_a_port_that_no_machine_has_is_refused(tmp_path: Path, port: int) -> None:
    with pytest.raises(ProjectError, match=f"--port: {port} is not a port number"):
        read_options(tmp_path, Flags(port=port))
