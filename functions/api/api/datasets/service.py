"""What can be done with datasets: list them, ask for an upload or another run."""

import json
from typing import Protocol
from urllib.parse import urlsplit

from api.datasets.catalog import Catalog, SummaryStore
from api.datasets.listing import DatasetQuery
from api.datasets.models import DatasetList, Run, Upload
from api.datasets.names import dataset_name, output_prefix, source_stem
from api.errors import DatasetNotFound

REPORT = "report.json"
DESCRIPTION = "_source.json"
EXPIRES_IN = 900


class DatasetStore(SummaryStore, Protocol):
    """The buckets. Every method may raise StorageUnavailable."""

    def upload_url(self, key: str, *, expires_in: int) -> str: ...
    def put_again(self, key: str) -> None: ...
    @property
    def landing_bucket(self) -> str: ...


class DatasetService:
    """Raises what the store raises, and DatasetNotFound."""

    def __init__(self, store: DatasetStore) -> None:
        self._store = store
        self._catalog = Catalog(store)

    def list_datasets(self, query: DatasetQuery) -> DatasetList:
        """Raises InvalidInput for a cursor of another list."""
        return self._catalog.list_datasets(query)

    def prepare_upload(self, key: str) -> Upload:
        is_description = key.rpartition("/")[2] == DESCRIPTION
        return Upload(
            url=self._store.upload_url(key, expires_in=EXPIRES_IN),
            bucket=self._store.landing_bucket,
            key=key,
            dataset=None if is_description else dataset_name(key),
            expires_in=EXPIRES_IN,
        )

    def start_run(self, name: str) -> Run:
        """Raises DatasetNotFound, SourceGone or SourceTooLarge."""
        prefix = output_prefix(source_stem(name))
        body = self._store.read(prefix + REPORT) if prefix is not None else None
        key = None if body is None else _source_key(body)
        # A report.json that the ETL did not write, or not at this place, makes no dataset.
        if key is None or output_prefix(source_stem(key)) != prefix:
            raise DatasetNotFound("No dataset has this name, or its file was not processed yet.")
        self._store.put_again(key)
        return Run(dataset=dataset_name(key), key=key)

    def upload_origin(self) -> str:
        """Scheme and host that uploads go to, for a page's security policy."""
        parts = urlsplit(self._store.upload_url("raw.csv", expires_in=1))
        return f"{parts.scheme}://{parts.netloc}"


def _source_key(body: bytes) -> str | None:
    try:
        key = json.loads(body)["source"]["key"]
    except (ValueError, LookupError, TypeError):
        return None
    return key if isinstance(key, str) else None
