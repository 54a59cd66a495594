"""local.toml: what it may say, and how it is refused."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from samulator.control.loading import load_project
from samulator.control.local_toml import PLACES, SERVICES, ProjectError, StartInvoke
from samulator.control.project import Project, open_project
from samulator.template.custom_resources import makers
from samulator.template.load import load_application

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: f-by-name
      CodeUri: .
      Handler: web.handler
      Runtime: python3.11
      Environment: {Variables: {PLACE: ""}}
"""


def project_with(root: Path, text: str) -> Project:
    (root / "local.toml").write_text(text)
    return open_project(root)


def test_a_project_without_the_file_starts_nothing(tmp_path: Path) -> None:
    assert open_project(tmp_path) == Project(tmp_path)


def test_placeholders_are_filled_with_where_services_are(tmp_path: Path) -> None:
    project = project_with(
        tmp_path, 'servers = ["postgres"]\n[environment]\nDATABASE_PORT = "{postgres_port}"\n'
    )
    assert project.filled_environment({"postgres_port": "5433"}) == {"DATABASE_PORT": "5433"}


def test_braces_that_are_meant_are_written_twice(tmp_path: Path) -> None:
    project = project_with(tmp_path, """[environment]\nJSON = '{{"at": "{aws_url}"}}'\n""")
    filled = project.filled_environment({"aws_url": "http://x"})
    assert json.loads(filled["JSON"]) == {"at": "http://x"}


def test_values_are_written_as_cloudformation_writes_them(tmp_path: Path) -> None:
    project = project_with(
        tmp_path, "[environment]\nYES = true\nNO = false\nCOUNT = 7\nSHARE = 0.5\n"
    )
    assert project.environment == {"YES": "true", "NO": "false", "COUNT": "7", "SHARE": "0.5"}


STORED = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Network: {Type: "AWS::SSM::Parameter::Value<String>", Default: /shared/vpc}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: web.handler
      Runtime: python3.11
      Environment:
        Variables:
          BUS: "{{resolve:ssm:/shared/bus:1}}"
          NETWORK: !Ref Network
          LOGIN: "{{resolve:secretsmanager:database:SecretString:user}}"
          KEY: "{{resolve:secretsmanager:key}}"
          POOL: !ImportValue users-pool
"""


def test_what_other_stacks_store_is_written_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(STORED)
    project = project_with(
        tmp_path,
        '[ssm]\n"/shared/bus" = "orders"\n"/shared/vpc" = "vpc-1"\n'
        '[exports]\nusers-pool = "pool_1"\n'
        '[secrets]\nkey = "k"\ndatabase = {user = "ada", password = "p"}\n',
    )
    application = load_project(project)
    made = {each.name: each.properties for each in application.resources.values()}

    assert application.functions["F"].environment == {
        **{"BUS": "orders", "NETWORK": "vpc-1", "LOGIN": "ada", "KEY": "k", "POOL": "pool_1"},
    }
    assert not [line for line in application.warnings if line.startswith(("F.", "Parameters."))]
    assert made["/shared/bus"]["Value"] == "orders"
    assert json.loads(made["database"]["SecretString"]) == {"user": "ada", "password": "p"}


def test_what_other_stacks_store_is_known_to_nested_templates_too(tmp_path: Path) -> None:
    outer = "Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: in.yaml}}}"
    (tmp_path / "template.yaml").write_text(outer)
    (tmp_path / "in.yaml").write_text(STORED)
    project = project_with(
        tmp_path,
        '[ssm]\n"/shared/bus" = "orders"\n"/shared/vpc" = "vpc-1"\n'
        '[exports]\nusers-pool = "pool_1"\n'
        '[secrets]\nkey = "k"\ndatabase = {user = "ada", password = "p"}\n',
    )
    application = load_project(project)
    made = [each.name for each in application.resources.values()]

    assert application.functions["N-F"].environment == {
        **{"BUS": "orders", "NETWORK": "vpc-1", "LOGIN": "ada", "KEY": "k", "POOL": "pool_1"},
    }
    assert not [line for line in application.warnings if line.startswith(("N.", "N-", "N:"))]
    assert [made.count(name) for name in ("/shared/bus", "key", "database")] == [1, 1, 1]


def test_custom_resources_that_the_file_names_are_not_made(tmp_path: Path) -> None:
    template = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      F:
        Type: AWS::Serverless::Function
        Properties: {InlineCode: "", Handler: index.handler, Runtime: python3.11}
      Seed: {Type: Custom::Seed, Properties: {ServiceToken: !GetAtt F.Arn}}
      Name: {Type: Custom::Name, Properties: {ServiceToken: !GetAtt F.Arn}}
    """
    (tmp_path / "template.yaml").write_text(template)
    project = project_with(tmp_path, 'not_made = ["Seed", "Sed"]\n')
    application = load_project(project)

    assert makers(application) == {"Name": "F"}
    assert application.idle["Seed"] == "not_made in local.toml names it"
    assert [*project.disagreements(application)] == [
        "local.toml: not_made: Sed is no custom resource of template.yaml"
    ]


def test_start_invokes_carry_their_event(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"a": 1}')
    project = project_with(
        tmp_path,
        '[[start]]\nfunction = "Migrate"\nevent = "event.json"\n[[start]]\nfunction = "Other"\n',
    )
    assert project.start == (StartInvoke("Migrate", b'{"a": 1}'), StartInvoke("Other", b"{}"))


def test_a_start_invoke_runs_again_after_the_services_it_names(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        'servers = ["redis", "opensearch"]\n[[start]]\nfunction = "Migrate"\n'
        '[[start]]\nfunction = "Fill"\nagain_after = ["opensearch", "redis"]\n',
    )
    assert [start.function for start in project.starts_after("redis")] == ["Fill"]
    assert project.starts_after("postgres") == ()


def test_a_start_invoke_waits_for_the_open_api_if_it_says_so(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        '[[start]]\nfunction = "Fill"\nafter_open = true\n[[start]]\nfunction = "Migrate"\n',
    )
    assert [start.function for start in project.starts(after_open=False)] == ["Migrate"]
    assert [start.function for start in project.starts(after_open=True)] == ["Fill"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("environment = ", "not TOML: Invalid value"),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("a = " + "9" * 5000, "not TOML: "),
        ("[enviroment]\n", "enviroment: unknown key; known are servers, allow_aws, api_"),
        ("environment = 3", "environment: 3, not a table; write [environment] on a line of its"),
        ("[[environment]]", "environment: [{}], not a table"),
        ("[environment]\nA = []", 'environment.A: [], not a text; write it as A = "..."'),
        ("[environment.A]", 'environment.A: {}, not a text; write it as A = "..."'),
        ("[environment]\nA = 2026-11-26", "environment.A: datetime.date(2026, 11, 26), not a text"),
        ('[environment]\nA = "a\\u0000b"', "environment.A: no variable can hold a NUL"),
        ('[environment]\n"A=B" = "x"', "environment: 'A=B' cannot be a variable's name"),
        ('[environment]\n"" = "x"', "environment: '' cannot be a variable's name"),
        ('[environment]\nA = "{mysql}"', "environment.A: {mysql} in '{mysql}' is no place; known"),
        ('[environment]\nA = "{aws_url.x}"', "environment.A: { in '{aws_url.x}' is no place"),
        ('[environment]\nA = "{aws_url!r:>9999999999}"', "a brace itself is written twice"),
        ('[environment]\nA = "{"', "a brace itself is written twice"),
        ('[links]\nDocs = "docs"', "links.Docs: 'docs', not a path; write it as"),
        ("[emr_serverless]\npython = 3", "emr_serverless.python: 3, not a path; write it in"),
        ("[emr_serverless]\ninstall = 3", "emr_serverless.install: 3, not a command; write it in"),
        ("[emr_serverless]\npythn = ''", "emr_serverless.pythn: unknown key; known are python,"),
        ('[emr_serverless]\npython_path = "src"', "'src', not a list of paths; write [\"src\"]"),
        ("[start]", "start: {}, not an array of tables; write [[start]] with two brackets"),
        ('start = "F"', "start: 'F', not an array of tables"),
        ('start = ["X"]', "start[0]: 'X', not a table; each entry is a [[start]]"),
        ('[[start]]\nevent = "event.json"', 'start[0].function: missing; write function = "Log'),
        ("[[start]]\nfunction = 3", "start[0].function: 3, not a name"),
        ('[[start]]\nfunction = ""', "start[0].function: '', not a name"),
        ('[[start]]\nfunction = "F"\nevnt = 1', "start[0].evnt: unknown key; known are function"),
        ('[[start]]\nfunction = "F"\nevent = 7', "start[0].event: 7, not a file's name; write"),
        ('[[start]]\nfunction = "F"\nevent = "gone.json"', "start[0].event: 'gone.json': No such"),
        ('[[start]]\nfunction = "F"\nevent = "."', "start[0].event: '.': Is a directory"),
        ('[[start]]\nfunction = "F"\nevent = "a\\u0000"', "embedded null byte"),
        ('[[start]]\nfunction = "F"\nevent = "wrong.json"', "event: 'wrong.json': not JSON"),
        ('[[start]]\nfunction = "F"\nevent = "latin.json"', "event: 'latin.json': not JSON"),
        ('[[start]]\nfunction = "F"\nevent = "deep.json"', "start[0].event: 'deep.json': not JSON"),
        ('[[start]]\nfunction = "F"\nafter_open = 1', "start[0].after_open: 1, not a truth value"),
        ('[[start]]\nfunction = "F"\nagain_after = "redis"', "again_after: 'redis', not a list"),
        ('[[start]]\nfunction = "F"\nagain_after = [["redis"]]', "['redis'], not a data service"),
        ('[[start]]\nfunction = "F"\nagain_after = ["mysql"]', "a data service; there are aws"),
        ('[[start]]\nfunction = "F"\nagain_after = ["redis"]', "a data service; there are aws"),
        ('servers = "redis"', "servers: 'redis', not a list; write a list of data servers"),
        ('not_made = "Seed"', "not_made: 'Seed', not a list of logical ids; write"),
        ('api_destinations = "a.b"', "api_destinations: 'a.b', not a list of hosts; write"),
        ('api_destinations = ["https://a.b/c"]', "'https://a.b/c', not a host; write its name"),
        ('servers = ["mysql"]', "servers: 'mysql', not a data server; there are opensearch"),
        ("[ssm]\nA = 3", 'ssm.A: 3, not a text; write it as "A" = "..."'),
        ("[secrets]\nA = {b = 3}", "secrets.A: {'b': 3}, not a text or a table of texts; write"),
        ('[environment]\nA = "{redis_port}"', 'write servers = ["redis"] at the top'),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_key_and_remedy_in_one_line(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "event.json").write_text("{}")
    (tmp_path / "wrong.json").write_text("{")
    (tmp_path / "latin.json").write_bytes(b'"\xe4"')
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(ProjectError) as raised:
        project_with(tmp_path, text)
    message = str(raised.value)
    assert message.startswith("local.toml: ")
    assert said in message
    assert "\n" not in message


def test_a_file_that_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "local.toml").write_bytes(b'[environment]\nA = "\xff"\n')
    with pytest.raises(ProjectError, match=r"^local.toml: not TOML: .*utf-8"):
        open_project(tmp_path)


def test_a_folder_in_the_files_place_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "local.toml").mkdir()
    with pytest.raises(ProjectError, match=r"^local.toml: Is a directory$"):
        open_project(tmp_path)


def test_a_start_of_a_function_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    application = load_application(tmp_path / "template.yaml")
    for known in ("F", "f-by-name"):
        project = project_with(tmp_path, f'[[start]]\nfunction = "{known}"\n')
        assert [*project.disagreements(application)] == []
    project = project_with(tmp_path, '[[start]]\nfunction = "G"\n')
    with pytest.raises(
        ProjectError, match=r"start\[0\].function: 'G' is not in template.yaml; there are F"
    ):
        [*project.disagreements(application)]


def test_a_variable_that_reaches_no_function_is_named(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    project = project_with(tmp_path, '[environment]\nPLACE = "x"\nPLAICE = "y"\n')
    application = load_application(tmp_path / "template.yaml", environment=project.environment)
    (said,) = project.disagreements(application)
    assert said.startswith("local.toml: environment.PLAICE reaches no function")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
TEXTS = st.sampled_from([*(f"{{{place}}}" for place in PLACES), "F", "event.json", *SERVICES])
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "servers": VALUES | st.lists(VALUES | TEXTS, max_size=3),
        "environment": VALUES | st.dictionaries(st.text(max_size=8), VALUES | TEXTS, max_size=3),
        "start": VALUES
        | st.lists(
            VALUES
            | st.fixed_dictionaries(
                {},
                optional={
                    "function": VALUES | TEXTS,
                    "event": VALUES | TEXTS,
                    "after_open": VALUES,
                    "again_after": VALUES | st.lists(VALUES | TEXTS, max_size=3),
                },
            ),
            max_size=3,
        ),
        "other": VALUES,
    },
)


def toml(value: Any) -> str:
    """A value as TOML writes it in line; what TOML has no word for is left out."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        pairs = (f"{toml(key)} = {toml(each)}" for key, each in value.items() if each is not None)
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(toml(each) for each in value if each is not None)}]"
    if isinstance(value, str):
        return json.dumps(value).replace("\x7f", "\\u007f")
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value.isoformat() if isinstance(value, date) else str(value)


@given(document=DOCUMENTS)
@example(document={"environment": 3})
@example(document={"start": [{"function": "F", "event": "event.json"}]})
def test_any_toml_document_is_a_plan_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    root = tmp_path_factory.getbasetemp() / "any"
    root.mkdir(exist_ok=True)
    (root / "event.json").write_text("{}")
    lines = [f"{key} = {toml(value)}" for key, value in document.items() if value is not None]
    said = ""
    try:
        project = project_with(root, "\n".join(lines))
    except ProjectError as refused:
        said = str(refused)
    else:
        filled = project.filled_environment(dict.fromkeys(PLACES, "x"))
        assert all(isinstance(value, str) and "\0" not in value for value in filled.values())
        assert all(json.loads(start.event) == {} for start in project.start)
    assert not said or said.startswith("local.toml: ")
    assert len(said.splitlines()) <= 1
