"""The layers: those that make up built or builds, and, in the long tests, those for Lambda."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from samulator.functions.packages import Packages
from samulator.functions.packages.content import fingerprint
from samulator.functions.packages.store import Store
from samulator.functions.runnable import runnable
from samulator.template.load import load_application

ROOT = Path(__file__).parents[3]
LAYERS = ROOT / "layers"
# A function of each.
FUNCTIONS = {
    "ApiDependenciesLayer": "UsersApiFunction",
    "DataDependenciesLayer": "SalesEtlFunction",
    "DatasetsDependenciesLayer": "DatasetsFunction",
}
VERSION = "{}.{}".format(*sys.version_info)


def digest(directory: Path) -> str:
    """Names, modes and bytes of every file under `directory`, as one hash."""
    seen = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            seen.update(f"{path.relative_to(directory)} {path.stat().st_mode:o}".encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()


@pytest.fixture(autouse=True)
def no_machine_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing deployed here boots one, and moto makes 1,300 whenever EC2 is asked or forgotten."""
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")


@pytest.fixture(scope="session")
def directory_digest() -> Callable[[Path], str]:
    return digest


@pytest.fixture(scope="session", params=["host", pytest.param("lambda", marks=pytest.mark.long)])
def platform(request: pytest.FixtureRequest) -> str:
    """What the layers are built for: this machine, as make up does, or Lambda, as sam build does.

    The wheels that pip takes may differ, and nothing else.
    """
    return request.param


@pytest.fixture(scope="session")
def build_layer(platform: str) -> Callable[[str, Path], Path]:
    def build(logical_id: str, artifacts: Path) -> Path:
        settings = {
            "ARTIFACTS_DIR": artifacts,
            "PYTHON": sys.executable,
            "PYTHON_VERSION": VERSION,
            "PLATFORM": platform,
        }
        command = ["make", "-C", LAYERS, f"build-{logical_id}"]
        command += [f"{name}={value}" for name, value in settings.items()]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        return artifacts / "python"

    return build


@pytest.fixture(scope="session")
def layers(
    pytestconfig: pytest.Config, platform: str, build_layer: Callable[[str, Path], Path]
) -> dict[str, Path]:
    if platform == "host":
        return _of_the_stack()
    # Kept between runs, and safe from another run in the same folder.
    store = Store(pytestconfig.cache.mkdir("layers"))
    key = fingerprint(VERSION, content=LAYERS)
    built = {
        name: store.get(name, key, lambda to, name=name: build_layer(name, to))
        for name in FUNCTIONS
    }
    store.prune({*built.values()})
    return {name: folder / "python" for name, folder in built.items()}


def _of_the_stack() -> dict[str, Path]:
    """Where every stack of this project has them: what is there already is not built again."""
    application = runnable(load_application(ROOT / "template.yaml"))
    packages = Packages(application, state=ROOT / ".samulator")
    found = {}
    for name, function in FUNCTIONS.items():
        (folder,) = packages.layout(function).layers
        found[name] = folder / "python"
    return found
