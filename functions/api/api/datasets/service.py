"""What can be done with datasets: list them, ask for an upload or another run."""

from typing import Protocol
from urllib.parse import urlsplit

from api.datasets.catalog import Catalog, SummaryStore
from api.datasets.listing import DatasetQuery
from api.datasets.models import DatasetList, MultipartUpload, PartUpload, Run, Upload
from api.datasets.names import dataset_name
from api.datasets.sources import Sources, SourceStore

DESCRIPTION = "_source.json"
EXPIRES_IN = 900
# Parts take hours; no session of a function's role, which signs, is longer than that.
PARTS_EXPIRE_IN = 6 * 3600
MOST_AT_ONCE = 5 * 1024**3
_PART = 256 * 1024**2
# An answer of Lambda ends at 6 MB, and an URL takes a kilobyte and a half.
_MOST_PARTS = 1024


class DatasetStore(SummaryStore, SourceStore, Protocol):
    """The buckets. Every method may raise StorageUnavailable."""

    def upload_url(self, key: str, *, expires_in: int) -> str: ...
    def begin_parts(self, key: str) -> str: ...
    def part_urls(
        self, key: str, upload_id: str, *, count: int, expires_in: int
    ) -> tuple[list[str], str, str]: ...
    @property
    def landing_bucket(self) -> str: ...


class DatasetService:
    """Raises what the store raises."""

    def __init__(self, store: DatasetStore) -> None:
        self._store = store
        self._catalog = Catalog(store)
        self._sources = Sources(store)

    def list_datasets(self, query: DatasetQuery) -> DatasetList:
        """Raises InvalidInput for a cursor of another list."""
        return self._catalog.list_datasets(query)

    def prepare_upload(self, key: str, size: int | None) -> Upload | MultipartUpload:
        """One request to S3 carries 5 GB; a file of more bytes is sent in parts."""
        is_description = key.rpartition("/")[2] == DESCRIPTION
        dataset = None if is_description else dataset_name(key)
        if size is not None and size > MOST_AT_ONCE:
            return self._in_parts(key, dataset, size)
        return Upload(
            url=self._store.upload_url(key, expires_in=EXPIRES_IN),
            bucket=self._store.landing_bucket,
            key=key,
            dataset=dataset,
            expires_in=EXPIRES_IN,
        )

    def _in_parts(self, key: str, dataset: str | None, size: int) -> MultipartUpload:
        sizes = part_sizes(size)
        urls, complete, abort = self._store.part_urls(
            key, self._store.begin_parts(key), count=len(sizes), expires_in=PARTS_EXPIRE_IN
        )
        return MultipartUpload(
            parts=[
                PartUpload(number=number, url=url, bytes=part)
                for number, (url, part) in enumerate(zip(urls, sizes, strict=True), 1)
            ],
            complete_url=complete,
            abort_url=abort,
            bucket=self._store.landing_bucket,
            key=key,
            dataset=dataset,
            expires_in=PARTS_EXPIRE_IN,
        )

    def start_run(self, name: str) -> Run:
        """Raises DatasetNotFound, SourceGone or SourceTooLarge."""
        return self._sources.start_run(name)

    def upload_origin(self) -> str:
        """Scheme and host that uploads go to, for a page's security policy."""
        parts = urlsplit(self._store.upload_url("raw.csv", expires_in=1))
        return f"{parts.scheme}://{parts.netloc}"


def part_sizes(size: int) -> list[int]:
    """Bytes of each part: 256 MiB, more where it would be over 1,024 parts, less in the last.

    >>> [part // 2**20 for part in part_sizes(600 * 2**20)], len(part_sizes(5 * 2**40))
    ([256, 256, 88], 1024)
    """
    part = max(_PART, -(-size // _MOST_PARTS))
    whole, rest = divmod(size, part)
    return [part] * whole + ([rest] if rest else [])
