"""A body that was no UTF-8 is refused; the character that stands for lost bytes can be meant."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from api.datasets.models import RunRequest
from api.web.routing import UndamagedRequest


def read(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def read_json() -> Any:
        return await UndamagedRequest({"type": "http", "headers": []}, receive).json()

    # On a thread whose loop is its own: other tests of the process keep theirs.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, read_json()).result()


def test_a_dataset_of_which_bytes_were_lost_on_the_way_is_not_run() -> None:
    with pytest.raises(HTTPException) as refused:
        read('{"dataset": "K\ufffdln/orders"}'.encode())
    assert refused.value.status_code == 422
    assert "the body is no UTF-8" in refused.value.detail


def test_a_dataset_whose_key_has_lost_bytes_before_is_run_by_its_name() -> None:
    body = read(b'{"dataset": "K\\ufffdln/orders"}')
    assert RunRequest.model_validate(body).dataset == "K\ufffdln/orders"
