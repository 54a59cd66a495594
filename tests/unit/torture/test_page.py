"""The page of a run says each broken promise, and each figure has its promise beside it."""

from collections import Counter

from tests.torture.cells import Cell, Timing
from tests.torture.clients import Played
from tests.torture.faults import all_faults
from tests.torture.findings import Finding
from tests.torture.history import Event, History
from tests.torture.page import Run, page, row

FAULT = all_faults()[0]
QUICK = Timing("list", 200, seconds=0.5, healthy=0.25, promise=3.0)
SLOW = Timing("create", 503, seconds=3.5, healthy=0.25, promise=3.0)
RUN = Run(3, 15, "2026-01-02", {"PostgreSQL": "18"}, 90, False, healthy=5, tries=4)
SKIPPED = Finding("a disk fails", 0, "503", "not run: no disk")
PLAYED = Played(
    History([Event(0, "read", "ada@example.com", 0.0, 1.0, 503)], {}, {}), ["redis: killed"], 2.0
)


def cell(*timings: Timing, wrong: tuple[str, ...] = (), late: tuple[str, ...] = ()) -> Cell:
    return Cell(FAULT, timings, "right", wrong, late, tries=2)


def test_call_nearest_to_its_bound_is_shown_with_promise_and_bound() -> None:
    assert row(cell(QUICK, SLOW, late=("create: 3.500 s, bound 3.250 s",))) == (
        "| PostgreSQL | refused | list 200, create 503 | create 3.500 s | 3.000 s | 3.250 s ×2 "
        "| right | no: create: 3.500 s, bound 3.250 s |"
    )
    assert row(cell(QUICK)).endswith("| right | yes |")


def test_violations_of_cells_and_histories_are_counted_and_said() -> None:
    cells = [cell(QUICK), cell(SLOW, wrong=("a",), late=("b",))]
    findings = [Finding("a disk is full", 1, "503", "500", ("status 500",)), SKIPPED]
    text = page(RUN, cells, findings, PLAYED, ["ada is lost"])
    assert "**2 of 90 cells, 3 violations.**" in text
    assert "| a disk is full | 1 | 503 | 500 | no: status 500 |" in text
    assert "| a disk fails | 0 | 503 | not run: no disk | – |" in text
    assert "**1 violations.**\n- ada is lost\n" in text
    assert "1 faults drawn by the seed, 1 of them kills" in text


def test_no_two_cells_have_one_name() -> None:
    names = Counter((fault.store, fault.name) for fault in all_faults())
    assert [name for name, times in names.items() if times > 1] == []
