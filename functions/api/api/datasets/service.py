"""What can be done with datasets: list them, open one, ask for an upload."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from api.datasets.catalog import Catalog, SummaryStore
from api.datasets.download import download_name
from api.datasets.listing import DatasetQuery
from api.datasets.models import Dataset, DatasetList, Run, Upload
from api.datasets.names import dataset_name, output_prefix, source_stem
from api.errors import DatasetNotFound

REPORT = "report.json"
DESCRIPTION = "_source.json"
EXPIRES_IN = 900


class DatasetStore(SummaryStore, Protocol):
    """The buckets. Every method may raise StorageUnavailable."""

    def download_url(
        self, key: str, *, version_id: str | None, filename: str, expires_in: int
    ) -> str: ...
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

    def get_dataset(self, name: str) -> Dataset:
        prefix = output_prefix(source_stem(name))
        key = f"{prefix}{REPORT}"
        body = self._store.read(key) if prefix is not None else None
        report = None if body is None else _parse(key, body)
        if report is None:
            raise DatasetNotFound("No dataset has this name, or its file was not processed yet.")
        return Dataset(
            name=dataset_name(report["source"]["key"]),
            status=report["status"],
            warnings=report.get("warnings", []),
            report=report,
            downloads=dict(self._downloads(key, report)),
            expires_in=EXPIRES_IN,
        )

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
        dataset = self.get_dataset(name)
        key: str = dataset.report["source"]["key"]
        self._store.put_again(key)
        return Run(dataset=dataset.name, key=key)

    def upload_origin(self) -> str:
        """Scheme and host that uploads go to, for a page's security policy."""
        parts = urlsplit(self._store.upload_url("raw.csv", expires_in=1))
        return f"{parts.scheme}://{parts.netloc}"

    def _downloads(self, report_key: str, report: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """The files that the report vouches for, in exactly the versions that it describes.

        A refused file has a report only; the outputs of the last good one are still there.
        """
        last_good = (report.get("last_good") or {}).get("outputs") or {}
        vouched = last_good | (report.get("outputs") or {})
        stem = source_stem(report["source"]["key"])
        for name, output in vouched.items():
            yield (
                name,
                self._url(output["key"], output.get("version_id"), download_name(stem, name)),
            )
        yield REPORT, self._url(report_key, None, download_name(stem, REPORT))

    def _url(self, key: str, version_id: str | None, filename: str) -> str:
        return self._store.download_url(
            key, version_id=version_id, filename=filename, expires_in=EXPIRES_IN
        )


def _parse(key: str, body: bytes) -> dict[str, Any] | None:
    """None for a report.json that the ETL did not write, or not at this key."""
    try:
        report = json.loads(body)
        source_key, status = report["source"]["key"], report["status"]
    except (ValueError, LookupError, TypeError):
        return None
    if not isinstance(source_key, str) or not isinstance(status, str):
        return None
    prefix = output_prefix(source_stem(source_key))
    return report if prefix is not None and prefix + REPORT == key else None
