"""How the stack's tasks end."""

import asyncio

import pytest

from local.stack import _cancel


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
            await _cancel(tasks)
        assert all(task.done() for task in tasks)

    ended: list[str] = []
    asyncio.run(run(ended))
    assert ended == ["second"]
