"""What `make deploy` would run, in its order, without running any of it."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DONE = ("preflight", "build", ".venv/local.stamp", ".venv-sam/sam.stamp")


def commands(target: str, *, skip: bool = True, **variables: str) -> list[str]:
    """The recipe of a target, a line for each command; `skip` leaves out what goes before it."""
    given = [f"{name}={value}" for name, value in variables.items()]
    done = [
        option
        for name in DONE
        if name != target and (skip or name != "preflight")
        for option in ("-o", name)
    ]
    printed = subprocess.run(
        ["make", "-n", *done, target, "BUCKET_SUFFIX=-acme", *given],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return printed.stdout.replace("\\\n", " ").splitlines()


def around(lines: list[str]) -> tuple[list[str], list[str]]:
    """What is said of the stores before SAM deploys, and after."""
    (at,) = [number for number, line in enumerate(lines) if " deploy --config-env prod" in line]
    said = [re.search(r"safeguards (protect|release) --stack \S+", line) for line in lines]
    before, after = said[:at], said[at + 1 :]
    return [one[0] for one in before if one], [one[0] for one in after if one]


def test_stores_are_protected_before_and_after_what_is_deployed() -> None:
    protects = ["safeguards protect --stack sales-serverless-prod"]
    assert around(commands("deploy")) == (protects, protects)


def test_a_replacement_that_is_meant_is_for_one_deployment() -> None:
    assert around(commands("deploy", REPLACE_STORES="1", STACK="sales-x")) == (
        ["safeguards release --stack sales-x"],
        ["safeguards protect --stack sales-x"],
    )


def test_sam_is_told_to_keep_a_first_deployment_that_fails() -> None:
    (deployment,) = [line for line in commands("deploy", STACK="sales-x") if "$first" in line]
    asked, _, deployed = deployment.partition(" deploy --config-env")
    assert "first=$(.venv/bin/python -m infrastructure.safeguards first --stack sales-x)" in asked
    assert " $first " in deployed


def test_what_is_removed_is_asked_of_an_account_first() -> None:
    asked, removed = [line.split()[1:4] for line in commands("destroy")][-2:]
    assert asked == ["-m", "infrastructure.preflight", "--account"]
    assert removed[0] == "delete"


@pytest.mark.parametrize("target", ["preflight", "deploy"])
def test_without_a_suffix_the_usage_is_of_what_was_called(target: str) -> None:
    (usage,) = [line for line in commands(target, skip=False) if "usage: make" in line]
    assert f"usage: make {target} BUCKET_SUFFIX=" in usage


def test_an_empty_parameter_reaches_sam_in_the_quotes_that_it_asks_for() -> None:
    for target in ("build", "deploy"):
        (line,) = [
            line
            for line in commands(target, PARAMETERS="SparkRelease= AlarmEmail=a@b.c")
            if "--parameter-overrides" in line
        ]
        told = shlex.split(line.partition("--parameter-overrides")[2], comments=False)
        assert told[3:5] == ['SparkRelease=""', "AlarmEmail=a@b.c"], target
