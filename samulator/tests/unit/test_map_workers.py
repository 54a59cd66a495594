"""Workers of maps, with the frames and the pool of an interpreter in small."""

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from samulator.servers.aws.step_functions.map_workers import work_off


class Frame:
    """Counts which of its own frames were ended, and how."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.event_history_context = SimpleNamespace(source_event_id=0, last_published_event_id=7)

    def open_inner_frame(self) -> "Frame":
        return Frame()

    def close_frame(self, _frame: "Frame") -> None:
        self.ended.append("closed")

    def delete_frame(self, _frame: "Frame") -> None:
        self.ended.append("deleted")


class Worker:
    """Doubles numbers; a job of -1 fails."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._env = Frame()
        self._job_pool = self
        self.closed: list[Any] = []

    def next_job(self) -> Any:
        number = next(self._numbers, None)
        return None if number is None else SimpleNamespace(number=number, job_output=None)

    def close_job(self, job: Any) -> None:
        self.closed.append(job.job_output)

    def stopped(self) -> bool:
        return False

    def _eval_job(self, env: Frame, job: Any) -> None:
        assert isinstance(env, Frame)
        job.job_output = ValueError("failed") if job.number < 0 else job.number * 2


@pytest.mark.parametrize(("end", "way"), [("close_frame", "closed"), ("delete_frame", "deleted")])
def test_a_worker_does_more_jobs_than_python_nests_calls(end: str, way: str) -> None:
    count = sys.getrecursionlimit() + 1
    worker, frame = Worker(iter(range(count))), Frame()

    work_off(worker, worker.next_job(), frame, end)

    assert worker.closed == [2 * number for number in range(count)]
    assert frame.ended == [way] * count
    assert worker._env.ended == [way]
    assert frame.event_history_context.source_event_id == 7


def test_a_worker_ends_with_a_job_that_fails() -> None:
    worker, frame = Worker(iter([1, -1, 2])), Frame()

    work_off(worker, worker.next_job(), frame, "close_frame")

    assert [str(output) for output in worker.closed] == ["2", "failed"]
    assert worker._env.ended == ["closed"]
    assert frame.event_history_context.source_event_id == 0


def test_a_worker_without_a_job_ends_at_once() -> None:
    worker = Worker(iter([]))

    work_off(worker, None, Frame(), "close_frame")

    assert (worker.closed, worker._env.ended) == ([], ["closed"])
