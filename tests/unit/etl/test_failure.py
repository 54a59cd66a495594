"""What a failed run says: on a developer's machine all of it, deployed nothing of the file."""

import io
import json

import pytest
from pyarrow import ArrowInvalid

from etl.failure import Failed, describe, presentable
from etl.handler import logger
from etl.s3.events import UnknownEvent
from tests.unit.etl.conftest import load_event

ROW = "order_id,customer_id,product,quantity,price,order_date\n1,c,p,1,1.5,2024-01-05\n"
CELL = "+49 151 5550123"


@pytest.fixture
def deployed(monkeypatch):
    monkeypatch.delenv("LOG_TRACEBACKS", raising=False)


def test_deployed_an_error_of_a_library_is_told_by_its_kind(deployed):
    error = ArrowInvalid(f"CSV conversion error: {CELL}")
    error.__cause__ = KeyError(CELL)
    shown = presentable(error)
    assert isinstance(shown, Failed)
    assert str(shown) == "pyarrow.lib.ArrowInvalid, caused by builtins.KeyError"
    assert CELL not in json.dumps(describe(error))


def test_deployed_our_own_error_keeps_its_words(deployed):
    error = UnknownEvent("not JSON")
    assert presentable(error) is error


def test_on_a_developers_machine_an_error_is_shown_whole(monkeypatch):
    monkeypatch.setenv("LOG_TRACEBACKS", "true")
    error = ArrowInvalid(f"CSV conversion error: {CELL}")
    assert presentable(error) is error
    assert str(describe(error)["traceback"]).endswith(f"ArrowInvalid: CSV conversion error: {CELL}")


def test_deployed_what_aws_refused_is_named_by_call_and_code(
    deployed, buckets, invoke, monkeypatch
):
    monkeypatch.setattr(logger.registered_handler, "stream", log := io.StringIO())
    buckets.land(ROW)
    buckets.s3.delete_bucket(Bucket="sales-processed")
    with pytest.raises(Failed) as raised:
        invoke(load_event("s3_put.json"))
    assert "botocore.errorfactory.NoSuchBucket GetObject NoSuchBucket" in str(raised.value)
    (failed,) = [line for line in map(json.loads, log.getvalue().splitlines()) if "error" in line]
    assert failed["message"] == "Failed"
    assert "processed.py" in str(failed["places"])
