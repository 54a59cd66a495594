"""Which Java Spark gets, and what is said where there is none that it runs on."""

import subprocess
from pathlib import Path

import pytest

from jobs.spark import java
from jobs.spark.java import NoJava, java_home


def install(home: Path, version: str) -> Path:
    """A program that answers as that Java does, and else shows its arguments."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        "#!/bin/sh\n"
        f'test "$1" = -version && {{ echo \'openjdk version "{version}"\' >&2; exit; }}\n'
        'printf "%s\\n" "$@"\n'
    )
    program.chmod(0o755)
    return program


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Without any Java, and without the wheel."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(java.shutil, "which", lambda _: None)
    monkeypatch.setattr(java.importlib.util, "find_spec", lambda _: None)
    return tmp_path


def test_java_home_is_taken_and_not_asked_for_a_module_that_wheels_lack(machine, monkeypatch):
    install(machine / "own java", "17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(machine / "own java"))

    home = java_home(machine / "made")

    arguments = ["-Xmx2g", "--add-modules=jdk.incubator.vector", "-cp", "a b", "Main"]
    told = subprocess.run([home / "bin" / "java", *arguments], capture_output=True, text=True)
    assert told.stdout.splitlines() == ["-Xmx2g", "-cp", "a b", "Main"]


@pytest.mark.parametrize("version", ["11.0.2", "1.8.0_402", "25.0.1"])
def test_java_that_spark_does_not_run_on_gives_way_to_one_on_the_path(
    version, machine, monkeypatch
):
    install(machine / "other", version)
    monkeypatch.setenv("JAVA_HOME", str(machine / "other"))
    on_path = install(machine / "path", "21.0.8")
    monkeypatch.setattr(java.shutil, "which", lambda _: str(on_path))

    assert str(on_path) in (java_home(machine / "made") / "bin" / "java").read_text()


def test_one_sentence_says_what_is_missing(machine, monkeypatch):
    install(machine / "old", "11.0.2")
    monkeypatch.setenv("JAVA_HOME", str(machine / "old"))

    with pytest.raises(NoJava) as none:
        java_home(machine / "made")

    assert "Spark needs Java 17 or 21" in str(none.value)
    assert f"{machine / 'old' / 'bin' / 'java'} is Java 11" in str(none.value)
    assert "openjdk-17-jre-headless" in str(none.value)
    assert "\n" not in str(none.value)
