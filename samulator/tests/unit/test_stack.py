"""How the stack's tasks end."""

import asyncio
import threading

import pytest

from samulator.control.tasks import cancel, use_enough_threads
from samulator.template.model import Application, SqsTrigger


def test_a_task_that_fails_at_its_end_leaves_no_other_running() -> None:
    async def fail() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("first")

    async def end_slowly(ended: list[str]) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            ended.append("second")

    async def run(ended: list[str]) -> None:
        tasks = [asyncio.create_task(work) for work in (fail(), end_slowly(ended))]
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="first"):
            await cancel(tasks)
        assert all(task.done() for task in tasks)

    ended: list[str] = []
    asyncio.run(run(ended))
    assert ended == ["second"]


def test_queues_that_are_polled_leave_threads_for_the_rest() -> None:
    queues = 12
    application = Application(
        functions={},
        layers={},
        buckets={},
        queues={},
        sqs_triggers=tuple(SqsTrigger("F", f"q{number}") for number in range(queues)),
    )
    together = threading.Barrier(queues + 2)

    async def poll_all() -> None:
        use_enough_threads(application)
        waiting = (asyncio.to_thread(together.wait, 60) for _ in range(queues + 2))
        await asyncio.gather(*waiting)

    asyncio.run(poll_all())
    assert not together.broken
