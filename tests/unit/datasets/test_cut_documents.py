"""A document of which a part came is no document."""

import io
from typing import Any

import pytest
from botocore.response import StreamingBody

from datasets.errors import StorageUnavailable
from datasets.storage.bucket import Bucket


def test_document_of_which_a_part_came_is_storage_that_does_not_answer() -> None:
    bucket = Bucket("processed", endpoint_url="http://127.0.0.1:9")

    def answer(**_: object) -> Any:
        return {"ContentLength": 20, "Body": StreamingBody(io.BytesIO(b'{"status":'), 20)}

    bucket._s3.get_object = answer
    with pytest.raises(StorageUnavailable, match="a part"):
        bucket.document("orders/report.json")
