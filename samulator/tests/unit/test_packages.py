"""Built directories: made once per content, complete or absent."""

import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from samulator.functions.packages import PackageError, Packages
from samulator.functions.packages.content import fingerprint
from samulator.functions.packages.store import Store
from samulator.template.load import load_application
from testkit.timing import LONG_SECONDS


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_directory_is_built_once(store):
    built = []

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "file").write_text("x")

    first, second = (store.get("name", "a" * 64, build) for _ in range(2))

    assert first == second
    assert (first / "file").read_text() == "x"
    assert len(built) == 1


def test_interrupted_build_leaves_nothing_and_is_repeated(store, tmp_path):
    def interrupted(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.get("name", "a" * 64, interrupted)

    assert [path for path in (tmp_path / "store").iterdir() if path.name[0] != "."] == []
    assert list(store.get("name", "a" * 64, lambda folder: None).iterdir()) == []


def test_prune_removes_what_is_not_used_and_what_a_killed_build_left(store, tmp_path):
    used = store.get("used", "a" * 64, lambda folder: None)
    unused = store.get("unused", "a" * 64, lambda folder: None)
    left = tmp_path / "store" / ".unfinished-killed"
    left.mkdir()

    store.prune({used})

    assert used.is_dir()
    assert not unused.exists()
    assert not left.exists()


def test_a_failed_build_is_not_repeated_at_once(store):
    builds = []

    def fail(folder: Path) -> None:
        builds.append(folder)
        raise PackageError("the reason")

    for _ in range(2):
        with pytest.raises(PackageError, match="the reason"):
            store.get("name", "a" * 64, fail)
    assert len(builds) == 1
    with pytest.raises(PackageError):
        store.get("name", "b" * 64, fail)
    assert len(builds) == 2


def test_different_directories_are_built_at_the_same_time_and_each_once(store):
    both = threading.Barrier(2)
    built = []

    def build(folder: Path) -> None:
        built.append(folder)
        both.wait(timeout=LONG_SECONDS)

    with ThreadPoolExecutor(4) as pool:
        made = [*pool.map(lambda key: store.get("name", key * 64, build), "abab")]

    assert len(built) == 2
    assert made[:2] == made[2:]


def test_fingerprint_follows_content_names_and_modes_but_not_caches(tmp_path):
    (tmp_path / "a.py").write_text("1")
    original = fingerprint("x", content=tmp_path)

    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/a.pyc").write_text("1")
    assert fingerprint("x", content=tmp_path) == original
    (tmp_path / "a.py").chmod(0o755)
    executable = fingerprint("x", content=tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    renamed = fingerprint("x", content=tmp_path)

    assert len({original, executable, renamed, fingerprint("y", content=tmp_path)}) == 4


@pytest.fixture
def packages(tmp_path: Path):
    def packages(resources: str) -> Packages:
        (tmp_path / "code").mkdir()
        (tmp_path / "layer").mkdir()
        (tmp_path / "template.yaml").write_text(
            textwrap.dedent(f"""
            Resources:
              F:
                Type: AWS::Serverless::Function
                Properties:
                  CodeUri: code
                  Handler: a.b
                  Runtime: python3.11
                  Layers: [!Ref L]
              L:
                Type: AWS::Serverless::LayerVersion
                {resources}
                Properties: {{ContentUri: layer}}
            """)
        )
        application = load_application(tmp_path / "template.yaml")
        # A list with nothing in it: what Lambda ships is not needed to build a layer.
        empty = tmp_path / "runtime.txt"
        empty.write_text("")
        return Packages(application, state=tmp_path / "state", runtime_requirements=empty)

    return packages


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("makefile", "L: BuildMethod is makefile but there is no Makefile"),
        ("rust", "L: BuildMethod rust is not supported here"),
    ],
)
def test_layer_that_cannot_be_built_says_why(packages, method, message):
    with pytest.raises(PackageError, match=message):
        packages(f"Metadata: {{BuildMethod: {method}}}").layout("F")


def test_a_layer_that_requires_nothing_is_its_code(packages, tmp_path):
    built = packages("Metadata: {BuildMethod: python3.11}")
    (tmp_path / "layer/hello.py").write_text("")

    (layer,) = built.layout("F").layers
    assert (layer / "python" / "hello.py").is_file()


def test_failing_makefile_shows_the_end_of_its_output(packages, tmp_path):
    built = packages("Metadata: {BuildMethod: makefile}")
    (tmp_path / "layer/Makefile").write_text("build-L:\n\t@echo the reason; exit 3\n")

    with pytest.raises(PackageError, match=r"^L: make build-L failed: the reason$"):
        built.layout("F")


def test_makefile_gets_target_version_and_platform(packages, tmp_path):
    built = packages("Metadata: {BuildMethod: makefile}")
    (tmp_path / "layer/Makefile").write_text(
        'build-L:\n\techo "$(PYTHON_VERSION) $(PLATFORM)" > "$(ARTIFACTS_DIR)/words"\n'
    )

    (layer,) = built.layout("F").layers

    version, *_ = (layer / "words").read_text().split()
    assert version == "3.11"
    assert [path.name for path in layer.iterdir()] == ["words"]


def test_layer_of_requirements_also_holds_its_own_modules(packages, tmp_path):
    built = packages("Metadata: {BuildMethod: python3.11}")
    (tmp_path / "layer/requirements.txt").write_text("")
    (tmp_path / "layer/own.py").write_text("x = 1")

    (layer,) = built.layout("F").layers

    assert (layer / "python/own.py").is_file()


def test_requirements_that_cannot_be_installed_show_what_pip_said(packages, tmp_path):
    built = packages("")
    (tmp_path / "code/requirements.txt").write_text("--no-index\nno-such-package-anywhere\n")

    with pytest.raises(PackageError, match="no-such-package-anywhere"):
        built.layout("F")


def test_layer_without_a_build_method_is_used_as_it_is(packages, tmp_path):
    assert packages("").layout("F").layers == (tmp_path / "layer",)


def test_what_lambda_ships_stays_the_same_while_a_stack_runs(packages, tmp_path):
    built = packages("")
    at_the_start = built.layout("F").runtime
    (tmp_path / "runtime.txt").write_text("# samulator was upgraded beside it\n")

    assert built.layout("F").runtime == at_the_start
