"""The layer builder: same input, same bytes; one clear word when it cannot build."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LAYERS = Path(__file__).parents[3] / "layers"


def run_builder(layer: Path, directory: Path, *options: str, **environment: str):
    command = [sys.executable, "-B", "-m", "builder", layer, directory, *options]
    return subprocess.run(
        command, cwd=LAYERS, env=os.environ | environment, capture_output=True, text=True
    )


@pytest.fixture
def small_layer(tmp_path) -> Path:
    """A layer of one tiny package, taken with its hash from the API's lock."""
    lock = (LAYERS / "api_dependencies" / "requirements.txt").read_text()
    start = lock.index("six==")
    end = lock.index("\nstarlette==")
    layer = tmp_path / "layer"
    layer.mkdir()
    (layer / "requirements.txt").write_text(lock[start:end] + "\n")
    (layer / "layer.toml").write_text(
        "leave_out = []\nremove = []\naws_services = []\nstrip = []\n"
    )
    return layer


@pytest.mark.long
def test_second_build_elsewhere_under_another_umask_gives_the_same_bytes(
    layers, build_layer, tmp_path, directory_digest
):
    before = os.umask(0o077)
    try:
        again = build_layer("ApiDependenciesLayer", tmp_path)
    finally:
        os.umask(before)
    assert directory_digest(again) == directory_digest(layers["ApiDependenciesLayer"])


def test_wheel_with_another_hash_is_refused(small_layer, tmp_path):
    lock = small_layer / "requirements.txt"
    wrong = [
        f"--hash=sha256:{'0' * 64}" if "--hash" in word else word
        for word in lock.read_text().split()
    ]
    lock.write_text(" ".join(word for word in wrong if word != "\\"))
    result = run_builder(small_layer, tmp_path / "out", "--platform", "host")
    assert result.returncode == 1
    assert "DO NOT MATCH THE HASHES" in result.stderr


def test_runtime_whose_python_is_missing_names_it(small_layer, tmp_path):
    result = run_builder(small_layer, tmp_path / "out", "--python-version", "3.99")
    assert result.returncode == 1
    assert "python3.99 is not installed" in result.stderr


def test_package_that_only_some_patch_releases_need_is_installed(small_layer, tmp_path):
    lock = small_layer / "requirements.txt"
    version = "{}.{}".format(*sys.version_info)
    older = f"six==1.17.0 ; python_full_version < '{version}.1'"
    lock.write_text(lock.read_text().replace("six==1.17.0", older))
    result = run_builder(small_layer, tmp_path / "out", "--platform", "host")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out" / "six.py").is_file()


def test_leaving_out_a_package_the_lock_lacks_is_an_error(small_layer, tmp_path):
    plan = small_layer / "layer.toml"
    plan.write_text(plan.read_text().replace("leave_out = []", 'leave_out = ["gone"]'))
    result = run_builder(small_layer, tmp_path / "out", "--platform", "host")
    assert result.returncode == 1
    assert "leaves out what the lock does not contain: ['gone']" in result.stderr


def test_make_without_artifacts_dir_says_what_is_missing():
    command = ["make", "-C", LAYERS, "build-ApiDependenciesLayer"]
    environment = {name: value for name, value in os.environ.items() if name != "ARTIFACTS_DIR"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode != 0
    assert "ARTIFACTS_DIR is not set" in result.stderr


def test_interpreter_and_artifacts_may_lie_in_a_path_with_spaces(tmp_path):
    interpreter = tmp_path / "a b" / "python"
    interpreter.parent.mkdir()
    interpreter.write_text('#!/bin/sh\nfor word; do echo "$word"; done\n')
    interpreter.chmod(0o755)
    variables = (f"PYTHON={interpreter}", f"ARTIFACTS_DIR={tmp_path / 'c d'}")
    command = ["make", "-s", "-C", LAYERS, "build-ApiDependenciesLayer", *variables]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.split("\n")[:5] == [
        *("-B", "-m", "builder", "api_dependencies"),
        f"{tmp_path / 'c d'}/python",
    ]
