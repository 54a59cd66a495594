"""Both flows end to end on what was deployed. Leaves users and a file: not for production."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.deployed.deployment import Deployment
from tests.parity.modes import conversations_in

ROWS = (
    b"order_id,customer_id,product,quantity,price,order_date\n"
    b"1,2,a,3,4.5,2024-01-01\n2,2,b,1,9.5,2024-01-02\n"
)
FILE_SECONDS = 180.0


@pytest.mark.parametrize("conversation", conversations_in("deployed"))
def test_conversation(conversation: Callable[..., None], deployed: Deployment) -> None:
    conversation(deployed.call)


def test_a_file_put_by_a_link_becomes_a_dataset(deployed: Deployment) -> None:
    name = f"deployed-{uuid4().hex}"
    upload = deployed.call("POST", "/datasets/uploads", body={"key": f"{name}.csv"})
    assert upload.status == 201, upload.body
    put = httpx.put(upload.json()["url"], content=ROWS, timeout=30, trust_env=False)
    assert put.status_code == 200, put.text

    report = finished(deployed, name)

    assert (report["status"], report["rows_in"], report["rows_out"]) == ("succeeded", 2, 2)


def finished(deployed: Deployment, name: str) -> dict[str, Any]:
    """The report once it says how it ended; it is there in the middle of the work too."""
    deadline = time.monotonic() + FILE_SECONDS
    while time.monotonic() < deadline:
        answer = deployed.call("GET", f"/datasets/{name}")
        if answer.status == 200 and answer.json()["report"]["status"] != "publishing":
            report: dict[str, Any] = answer.json()["report"]
            return report
        time.sleep(0.5)
    raise AssertionError(f"no report of {name} within {FILE_SECONDS:.0f} s")
