"""Six builds that break a promise each: the suite must notice every one of them."""

import subprocess
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.embedded_stack import ROOT
from tests.project_copy import copy_project
from tests.torture.mutations import MUTATIONS, Mutation

# Nothing takes so long unless it hangs.
RUN_SECONDS = 240
# What the test asserted does not hold. Any other exception would be the mutation's own fault.
NOTICED = ("failure: assert ", "failure: AssertionError")
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, in which all tests that are to fail later pass."""
    copy = copy_project(tmp_path_factory.mktemp("mutations") / "project")
    every = sorted({*chain.from_iterable(mutation.caught_by for mutation in MUTATIONS)})
    outcomes, said = run(copy, every)
    assert outcomes, said
    assert all(outcome == "passed" for outcome in outcomes.values()), said
    return copy


def run(tree: Path, tests: Sequence[str]) -> tuple[dict[str, str], str]:
    """How each test ended (`passed`, or what its failure says), and all that pytest printed."""
    report = tree / "outcomes.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]
    ran = subprocess.run(
        [*command, f"--junitxml={report}", *tests],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    said = ran.stdout + ran.stderr
    assert report.exists(), said
    return {
        f"{case.attrib['classname']}::{case.attrib['name']}": _outcome(case)
        for case in ElementTree.parse(report).iter("testcase")
    }, said


def _outcome(case: ElementTree.Element) -> str:
    """An error is no failure: the tests were to run and to find what is wrong."""
    for kind in ("error", "failure", "skipped"):
        if (found := case.find(kind)) is not None:
            return f"{kind}: {found.attrib.get('message', '')}"
    return "passed"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_build_that_breaks_a_promise_turns_the_tests_of_it_red(
    tree: Path, mutation: Mutation
) -> None:
    mutation.apply(tree)
    try:
        outcomes, said = run(tree, mutation.caught_by)
    finally:
        mutation.revert(tree, ROOT)
    for test in mutation.caught_by:
        name = test.rpartition("::")[2]
        ends = [
            outcome
            for case, outcome in outcomes.items()
            if case.rpartition("::")[2].partition("[")[0] == name
        ]
        assert any(end.startswith(NOTICED) for end in ends), f"{test}: {ends}\n{said}"
