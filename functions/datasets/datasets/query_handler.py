"""The Lambda entry of queries: a function of its own, so that none takes memory from reads."""

from contextlib import suppress

from datasets.query.call import QueryCall
from datasets.settings import QuerySettings, SettingsError, load
from datasets.storage.bucket import Bucket
from datasets.web.entry import HttpEntry, Route


def build(settings: QuerySettings) -> tuple[Route, ...]:
    """Connects to nothing yet."""
    bucket = Bucket(settings.processed_bucket, endpoint_url=settings.aws_endpoint_url)
    return (Route("POST", "/datasets/{name}/query", QueryCall(bucket, settings)),)


handler = HttpEntry(lambda: load(QuerySettings), build)
# Lambda gives start-up more processor than requests. What is wrong is told to the first request.
with suppress(SettingsError):
    handler.prepare()
