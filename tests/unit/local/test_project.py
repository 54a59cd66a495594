"""local.toml: what it may say, and how it is refused."""

from pathlib import Path

import pytest

from local.project import Project, ProjectError, StartInvoke, open_project


def project_with(root: Path, text: str) -> Project:
    (root / "local.toml").write_text(text)
    return open_project(root)


def test_a_project_without_the_file_starts_nothing(tmp_path: Path) -> None:
    assert open_project(tmp_path) == Project(tmp_path)


def test_placeholders_are_filled_with_where_services_are(tmp_path: Path) -> None:
    project = project_with(tmp_path, '[environment]\nDATABASE_PORT = "{postgres_port}"\n')
    assert project.filled_environment({"postgres_port": "5433"}) == {"DATABASE_PORT": "5433"}


def test_an_unknown_placeholder_is_named_with_the_known_ones(tmp_path: Path) -> None:
    project = project_with(tmp_path, '[environment]\nHOST = "{mysql_host}"\n')
    with pytest.raises(ProjectError, match=r"HOST = '\{mysql_host\}'.*known are \{redis_host\}"):
        project.filled_environment({"redis_host": "127.0.0.1"})


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
        '[[start]]\nfunction = "Migrate"\n'
        '[[start]]\nfunction = "Fill"\nagain_after = ["opensearch", "redis"]\n',
    )
    assert [start.function for start in project.starts_after("redis")] == ["Fill"]
    assert project.starts_after("postgres") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("environment = ", "local.toml: Invalid value"),
        ("[enviroment]\n", "unknown table enviroment"),
        ('[[start]]\nevent = "event.json"\n', "has no 'function'"),
        (
            '[[start]]\nfunction = "F"\nagain_after = ["mysql"]\n',
            "mysql is no data service; there are aws, opensearch, postgres, redis",
        ),
        ('[[start]]\nfunction = "F"\nagain_after = "redis"\n', "again_after is not a list"),
        ('[[start]]\nfunction = "F"\nevent = "gone.json"\n', r"gone\.json: No such file"),
        ('[[start]]\nfunction = "F"\nevent = "wrong.json"\n', r"wrong\.json: not JSON"),
    ],
)
def test_a_wrong_file_is_refused_with_its_cause(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "event.json").write_text("{}")
    (tmp_path / "wrong.json").write_text("{")
    with pytest.raises(ProjectError, match=reason):
        project_with(tmp_path, text)
