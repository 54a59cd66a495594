"""The audit finds what is old and never calls clean what it could not ask about."""

from datetime import date

import pytest

from requirements.audit.__main__ import _passes
from requirements.audit.advisories import vulnerabilities
from requirements.audit.ages import complaints, reasons
from requirements.audit.locks import EVERY_LOCK, SHIPPED, Unanswered

TODAY = date(2026, 11, 23)


def test_release_within_a_year_needs_no_reason():
    assert list(complaints({"fresh": date(2025, 11, 24)}, {}, TODAY)) == []


def test_release_of_more_than_a_year_ago_needs_a_reason():
    old = {"old": date(2025, 11, 22)}
    (complaint,) = complaints(old, {}, TODAY)
    assert complaint.startswith("old was last released on 2025-11-22")
    assert list(complaints(old, {"old": "nothing else does it"}, TODAY)) == []


def test_reason_that_is_needed_no_longer_has_to_go():
    (complaint,) = complaints({"fresh": date(2026, 11, 1)}, {"fresh": "was old"}, TODAY)
    assert "take it out" in complaint


def test_every_kept_dependency_has_a_reason_in_words():
    assert all(len(reason) > 10 for reason in reasons().values())


def test_every_lock_is_audited():
    assert {path.name for path in EVERY_LOCK} >= {
        "dev.txt",
        "requirements.txt",
        "runtime.txt",
        "sam.txt",
    }
    assert {path.parent.name for path in SHIPPED} >= {"api_dependencies", "data_dependencies"}


@pytest.mark.parametrize("strict", [True, False])
def test_what_could_not_be_asked_is_said_and_fails_only_when_strict(strict, capsys):
    def ask():
        raise Unanswered("no network")

    assert _passes("known vulnerabilities", ask, strict) is not strict
    assert "NOT CHECKED, could not be asked: no network" in capsys.readouterr().out


def test_findings_fail_and_are_listed(capsys):
    assert not _passes("known vulnerabilities", lambda: ["jinja2 2.10: PYSEC-1"], strict=False)
    assert "jinja2 2.10: PYSEC-1" in capsys.readouterr().out


def advisory_service(monkeypatch, answers):
    """pip-audit, which has no address to point at a server of ours, replaced at its output."""

    def run(command, **_):
        lock = command[-1].rpartition("/")[2]
        return type("Done", (), {"stdout": answers(lock), "stderr": "no route to host"})

    monkeypatch.setattr("requirements.audit.advisories.subprocess.run", run)


FOUND = (
    '{"dependencies": [{"name": "x", "version": "1", "vulns": [{"id": "Y", "fix_versions": []}]}]}'
)
CLEAN = '{"dependencies": [{"name": "x", "version": "1", "vulns": []}]}'
SKIPPED = '{"dependencies": [{"name": "x", "skip_reason": "not found"}]}'


def test_vulnerable_version_is_named(monkeypatch):
    advisory_service(monkeypatch, lambda lock: FOUND)
    assert vulnerabilities([EVERY_LOCK[0]]) == {"x 1: Y (fixed in no version)"}


@pytest.mark.parametrize("answer", ["", SKIPPED, CLEAN], ids=["no answer", "unknown", "empty"])
def test_service_without_the_known_advisory_was_not_asked(monkeypatch, answer):
    advisory_service(monkeypatch, lambda lock: answer)
    with pytest.raises(Unanswered):
        vulnerabilities([EVERY_LOCK[0]])


def test_one_package_that_was_not_looked_up_is_not_clean(monkeypatch):
    advisory_service(monkeypatch, lambda lock: FOUND if lock == "probe.txt" else SKIPPED)
    with pytest.raises(Unanswered, match="not found"):
        vulnerabilities([EVERY_LOCK[0]])


def test_finding_is_told_even_when_another_package_was_not_looked_up(monkeypatch):
    answers = {"probe.txt": FOUND, EVERY_LOCK[0].name: FOUND}
    advisory_service(monkeypatch, lambda lock: answers.get(lock, SKIPPED))
    assert vulnerabilities([EVERY_LOCK[0], EVERY_LOCK[-1]]) == {
        "x 1: Y (fixed in no version)",
        "not found",
    }
