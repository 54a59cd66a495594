"""The broken builds of tests/torture/mutations.py, looked at without running them."""

from pathlib import Path

import pytest

from tests.embedded_stack import ROOT
from tests.torture.mutations import MUTATIONS, Edit, Mutation, NoLongerApplies


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_applies_to_the_code_as_it_is_and_can_be_taken_back(
    mutation: Mutation, tmp_path: Path
) -> None:
    files = {edit.file: (ROOT / edit.file).read_text() for edit in mutation.edits}
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    mutation.apply(tmp_path)
    for file, text in files.items():
        changed = (tmp_path / file).read_text()
        assert changed != text
        compile(changed, file, "exec")
    mutation.revert(tmp_path, ROOT)
    assert all((tmp_path / file).read_text() == text for file, text in files.items())


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_tests_that_must_notice_are_there(mutation: Mutation) -> None:
    for test in mutation.caught_by:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("text", ["another", "twice twice"])
def test_a_mutation_whose_text_is_gone_or_ambiguous_says_so_and_changes_nothing(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "code.py").write_text(text)
    with pytest.raises(NoLongerApplies, match=r"code\.py: [02] times instead of once"):
        Edit("code.py", "twice", "thrice").apply(tmp_path)
    assert (tmp_path / "code.py").read_text() == text
