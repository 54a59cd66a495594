"""Layers built once per content of layers/, exactly as sam build and make up build them."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from samulator.functions.packages.content import fingerprint
from samulator.functions.packages.store import Store

ROOT = Path(__file__).parents[3]
LAYERS = ROOT / "layers"


def digest(directory: Path) -> str:
    """Names, modes and bytes of every file under `directory`, as one hash."""
    seen = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            seen.update(f"{path.relative_to(directory)} {path.stat().st_mode:o}".encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()


@pytest.fixture(scope="session")
def directory_digest() -> Callable[[Path], str]:
    return digest


@pytest.fixture(scope="session")
def build_layer() -> Callable[..., Path]:
    def build(logical_id: str, artifacts: Path, **variables: str) -> Path:
        settings = {"ARTIFACTS_DIR": artifacts, "PYTHON": sys.executable, **variables}
        command = ["make", "-C", LAYERS, f"build-{logical_id}"]
        command += [f"{name}={value}" for name, value in settings.items()]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        return artifacts / "python"

    return build


@pytest.fixture(scope="session")
def layers(pytestconfig, build_layer) -> dict[str, Path]:
    version = "{}.{}".format(*sys.version_info)
    # Kept between runs, and safe from another run in the same folder.
    store = Store(pytestconfig.cache.mkdir("layers"))
    key = fingerprint(version, content=LAYERS)

    def build(name: str) -> Path:
        return store.get(name, key, lambda to: build_layer(name, to, PYTHON_VERSION=version))

    names = ("ApiDependenciesLayer", "DataDependenciesLayer", "DatasetsDependenciesLayer")
    built = {name: build(name) for name in names}
    store.prune({*built.values()})
    return {name: folder / "python" for name, folder in built.items()}
