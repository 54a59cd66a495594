"""What doctor says of files that people mistype."""

from argparse import Namespace
from pathlib import Path

import pytest

from samulator.cli.doctor import DOCTOR


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[environment\n", "Project: local.toml: not TOML: Expected ']'"),
        ("[[start]]\nfunction = 'F'\nevent = 'e.json'\n", "start[0].event: 'e.json': No such file"),
    ],
)
def test_a_broken_local_toml_is_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    (tmp_path / "local.toml").write_text(text)

    DOCTOR.run(Namespace(), tmp_path)

    shown = capsys.readouterr().out
    assert shown.startswith("Worker processes (samulator up): not here\n")
    assert problem in shown
