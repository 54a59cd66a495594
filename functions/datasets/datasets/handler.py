"""The Lambda entry of the calls that read one dataset."""

from contextlib import suppress
from functools import partial

from datasets.opened import show_dataset
from datasets.parts import list_parts
from datasets.rejected import list_rejected
from datasets.rows.call import list_rows
from datasets.runs import list_runs
from datasets.settings import Settings, SettingsError, load
from datasets.storage.bucket import Bucket
from datasets.summary.call import show_summary
from datasets.web.entry import HttpEntry, Route


def build(settings: Settings) -> tuple[Route, ...]:
    """Connects to nothing yet."""
    bucket = Bucket(settings.processed_bucket, endpoint_url=settings.aws_endpoint_url)
    return (
        Route("GET", "/datasets/{name}/rows", partial(list_rows, bucket)),
        Route("GET", "/datasets/{name}/rejected", partial(list_rejected, bucket)),
        Route("GET", "/datasets/{name}/summary", partial(show_summary, bucket)),
        Route("GET", "/datasets/{name}/parts", partial(list_parts, bucket)),
        Route("GET", "/datasets/{name}/runs", partial(list_runs, bucket)),
        Route("GET", "/datasets/{name}", partial(show_dataset, bucket)),
    )


handler = HttpEntry(lambda: load(Settings), build)
# Lambda gives start-up more processor than requests. What is wrong is told to the first request.
with suppress(SettingsError):
    handler.prepare()
