"""Every form in which a function or a layer has its code, as directories that Python imports."""

import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from samulator.functions.interpreters import OWN_RUNTIME, installed
from samulator.functions.packages import Layout, PackageError, Packages
from samulator.template.model import Application, Function, Layer
from testkit.timing import LONG_SECONDS, wait_until
from testkit.wheels import list_of, make_wheel

WRITTEN = "def handler(event, context):\n    return 'hello'\n"


class Project:
    """A folder with functions and layers that a test declares; what is installed is counted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheels = folder / "wheels"
        self.functions: dict[str, Function] = {}
        self.layers: dict[str, Layer] = {}
        self.told: list[str] = []
        self.problems: list[str] = []
        (folder / "runtime.txt").write_text("")

    def write(self, path: str, text: str = WRITTEN) -> Path:
        written = self.folder / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(text)
        return written

    def function(self, name: str = "F", code: str | None = "code", **more: Any) -> None:
        uri = self.folder / code if code else None
        plain = Function(name, uri, "app.handler", OWN_RUNTIME, 3, 128, {})
        self.functions[name] = replace(plain, **more)

    def layer(self, name: str = "L", content: str | None = "layer", **more: Any) -> None:
        self.layers[name] = Layer(name, self.folder / content if content else None, **more)

    def packages(self) -> Packages:
        application = Application(self.functions, self.layers, buckets={}, queues={})
        return Packages(
            application,
            state=self.folder / ".samulator",
            runtime_requirements=self.folder / "runtime.txt",
            progress=self.told.append,
            problem=self.problems.append,
        )

    def layout(self, name: str = "F") -> Layout:
        return self.packages().layout(name)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def run(layout: Layout, expression: str, runtime: str = OWN_RUNTIME) -> str:
    """What an expression is in a Python that has the layout's search path, as a worker has."""
    path = [str(folder) for folder in layout.search_path(runtime)]
    program = f"import sys; sys.path[:0] = {path!r}; print({expression})"
    interpreter = installed(runtime)
    assert interpreter
    done = subprocess.run(
        [interpreter, "-B", "-S", "-c", program], cwd=layout.folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def imported(name: str) -> str:
    return f"__import__({name!r}).VERSION"


def test_a_folder_runs_where_it_lies(project):
    project.write("code/app.py")
    project.function()

    assert project.layout().task_root == project.folder / "code"


def test_a_python_file_is_all_that_the_task_root_holds_and_a_save_is_what_runs(project):
    written = project.write("code/app.py")
    project.write("code/other.py")
    project.function(code="code/app.py")

    layout = project.layout()
    assert [path.name for path in layout.task_root.iterdir()] == ["app.py"]
    assert run(layout, "__import__('app').handler({}, None)") == "hello"
    written.write_text(WRITTEN.replace("hello", "saved"))
    assert run(layout, "__import__('app').handler({}, None)") == "saved"


def test_paths_may_be_relative_to_where_samulator_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    project = Project(Path())
    make_wheel(tmp_path / "wheels", "tiny")
    project.write("code/requirements.txt", list_of(tmp_path / "wheels", "tiny"))
    project.write("layer/python/shared.py", "VERSION = 'layer'")
    project.write("app.py")
    project.layer()
    project.function("F", layers=("L",))
    project.function("File", code="app.py")

    assert (
        run(project.layout(), f"({imported('tiny')}, {imported('shared')})") == "('1.0', 'layer')"
    )
    assert run(project.layout("File"), "__import__('app').handler({}, None)") == "hello"


def test_a_zip_file_is_unpacked_and_again_when_it_changed(project):
    archive = project.folder / "code.zip"
    for word in ("first", "other"):
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("app.py", WRITTEN.replace("hello", word))
        project.function(code="code.zip")
        assert run(project.layout(), "__import__('app').handler({}, None)") == word


def test_a_zip_file_that_is_none_is_named(project):
    project.write("code.zip", "no archive")
    project.function(code="code.zip")

    with pytest.raises(PackageError, match=r"code\.zip: File is not a zip file"):
        project.layout()


def test_code_that_is_missing_is_named(project):
    project.function(code="away")

    with pytest.raises(PackageError, match=r"^F\.CodeUri: no such file or folder: \S+/away$"):
        project.layout()


def test_inline_code_is_index(project):
    project.function(code=None, inline_code="import cfnresponse\nVERSION = 'é'")

    assert run(project.layout(), imported("index")) == "é"


def test_functions_with_the_same_list_share_one_installation(project):
    make_wheel(project.wheels, "tiny")
    for number in range(6):
        project.write(f"code{number % 2}/requirements.txt", list_of(project.wheels, "tiny"))
        project.function(f"F{number}", code=f"code{number % 2}")

    project.packages().build()

    assert len([line for line in project.told if "requirements.txt" in line]) == 1
    assert {run(project.layout(name), imported("tiny")) for name in project.functions} == {"1.0"}


def test_a_list_that_names_another_is_installed_again_when_that_changed(project):
    for version in ("1.0", "2.0"):
        make_wheel(project.wheels, "tiny", version=version)
        project.write("code/requirements.txt", "-r ../shared.txt")
        project.write("shared.txt", list_of(project.wheels, f"tiny=={version}"))
        project.function()
        assert run(project.layout(), imported("tiny")) == version


def test_a_requirement_that_cannot_be_installed_is_one_line_and_the_other_functions_run(project):
    project.write("bad/requirements.txt", list_of(project.wheels, "no-such-package"))
    project.write("good/app.py")
    project.function("Bad", code="bad")
    project.function("Good", code="good")

    packages = project.packages()
    packages.build()

    (problem,) = project.problems
    assert problem == (
        f"Bad: {project.folder}/bad/requirements.txt: pip failed for {OWN_RUNTIME}: "
        "No matching distribution found for no-such-package"
    )
    assert packages.layout("Good").task_root == project.folder / "good"
    with pytest.raises(PackageError, match="no-such-package"):
        packages.layout("Bad")


def test_a_makefile_builds_the_function_from_a_copy(project):
    project.write("code/app.py")
    project.write(
        "code/Makefile", "build-F:\n\ttouch left\n\tcp app.py $(ARTIFACTS_DIR)/built.py\n"
    )
    project.write("code/.venv/bin/python", "never copied")
    project.function(build_method="makefile")

    layout = project.layout()

    assert [path.name for path in layout.task_root.iterdir()] == ["built.py"]
    assert sorted(path.name for path in (project.folder / "code").iterdir()) == [
        *(".venv", "Makefile", "app.py"),
    ]


@pytest.mark.parametrize(
    "properties",
    [
        {"ParentPackages": "shop.orders"},
        {"ParentPackageMode": "explicit", "ParentPackages": "shop.orders"},
        {"ParentPackageMode": "auto"},
    ],
)
def test_parent_packages_stand_above_the_folder(project, properties):
    project.write("shop/orders/app.py", "VERSION = 'below'")
    project.function(
        code="shop/orders", handler="shop.orders.app.handler", build_properties=properties
    )

    assert run(project.layout(), "__import__('shop.orders.app').orders.app.VERSION") == "below"


def test_a_uv_project_without_uv_is_installed_from_what_it_depends_on(project, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    wheel = make_wheel(project.wheels, "tiny")
    project.write("code/pyproject.toml", f'[project]\ndependencies = ["tiny @ file://{wheel}"]')
    project.function(build_method="python-uv")

    assert run(project.layout(), imported("tiny")) == "1.0"


def test_a_layer_with_python_inside_is_used_where_it_lies(project):
    project.write("layer/python/shared.py", "VERSION = 'layer'")
    project.write("code/app.py")
    project.layer()
    project.function(layers=("L",))

    layout = project.layout()
    assert layout.layers == (project.folder / "layer",)
    assert run(layout, imported("shared")) == "layer"


def test_a_layer_as_zip_file_is_unpacked(project):
    with zipfile.ZipFile(project.folder / "layer.zip", "w") as file:
        file.writestr("python/shared.py", "VERSION = 'zip'")
    project.write("code/app.py")
    project.layer(content="layer.zip")
    project.function(layers=("L",))

    assert run(project.layout(), imported("shared")) == "zip"


@pytest.mark.parametrize("place", ["layer", "layer/python"])
def test_a_layer_that_only_lists_its_packages_gets_them(project, place):
    make_wheel(project.wheels, "tiny")
    project.write(f"{place}/requirements.txt", list_of(project.wheels, "tiny"))
    project.write("layer/python/shared.py", "VERSION = 'own'")
    project.write("code/app.py")
    project.layer()
    project.function(layers=("L",))

    layout = project.layout()
    assert run(layout, imported("tiny")) == "1.0"
    assert run(layout, imported("shared")) == "own"


def test_a_layer_built_by_python_is_built_for_the_python_that_runs(project):
    make_wheel(project.wheels, "tiny")
    project.write("layer/requirements.txt", list_of(project.wheels, "tiny"))
    project.write("code/app.py")
    project.layer(build_method="python3.99")
    project.function(layers=("L",))

    assert run(project.layout(), imported("tiny")) == "1.0"


def test_a_layer_that_is_on_aws_alone_is_left_out(project):
    arn = "arn:aws:lambda:eu-west-1:111122223333:layer:private:7"
    project.write("code/app.py")
    project.layer(arn, content=None, reference=arn)
    project.function(layers=(arn,))

    assert project.layout().layers == ()


@pytest.mark.long
@pytest.mark.skipif(installed("python3.12") is None, reason="needs a second Python")
def test_packages_for_another_python_are_installed_by_it(project):
    make_wheel(project.wheels, "tiny", tag="cp312-none-any")
    project.write("code/requirements.txt", list_of(project.wheels, "tiny"))
    project.function(runtime="python3.12")

    assert run(project.layout(), imported("tiny"), "python3.12") == "1.0"


@pytest.mark.skipif(installed("python3.12") is None, reason="needs a second Python")
def test_a_package_without_a_wheel_for_the_other_python_is_named(project):
    make_wheel(project.wheels, "tiny", tag=f"cp3{sys.version_info.minor}-none-any")
    project.write("code/requirements.txt", list_of(project.wheels, "tiny"))
    project.function(runtime="python3.12")

    with pytest.raises(PackageError, match=r"pip failed for python3\.12: No matching .* tiny"):
        project.layout()


@pytest.mark.long
@pytest.mark.skipif(installed("python3.9") is None, reason="needs an old Python")
def test_a_requirement_for_old_versions_alone_is_installed_for_one_that_pip_has_left(project):
    make_wheel(project.wheels, "tiny")
    wanted = 'tiny; python_version < "3.10"'
    project.write("code/requirements.txt", list_of(project.wheels, wanted))
    project.function(runtime="python3.9")

    assert run(project.layout(), imported("tiny"), "python3.9") == "1.0"


def test_a_build_that_is_stopped_begins_nothing_more_and_tells_no_problem(project):
    at_once = max(4, os.cpu_count() or 1)
    names = [f"F{number}" for number in range(at_once + 3)]
    gate = project.folder / "gate"
    os.mkfifo(gate)
    for name in names:
        begun = project.folder / f"{name}.begun"
        makefile = f"build-{name}:\n\t@exec 3<{gate}; touch {begun}; cat <&3; exit 1\n"
        project.write(f"{name}/Makefile", makefile)
        project.function(name, code=name, build_method="makefile")
    packages = project.packages()
    with ThreadPoolExecutor(1) as other:
        with gate.open("r+b", buffering=0):
            building = other.submit(packages.build)
            wait_until(lambda: len([*project.folder.glob("*.begun")]) == at_once)
            packages.stop()
        building.result(LONG_SECONDS)
    assert len([*project.folder.glob("*.begun")]) == at_once
    assert project.problems == []
