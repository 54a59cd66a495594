"""Lists of objects, of versions and of delete markers, page by page.

Amazon S3 API Reference: ListObjects, ListObjectsV2, ListObjectVersions.
"""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from moto.s3.models import FakeDeleteMarker, FakeKey

from samulator.servers.aws.s3.errors import S3Error, invalid_argument
from samulator.servers.aws.s3.pages import Asked, Entry, Page
from samulator.servers.aws.s3.response import OWNER, Answer, ObjectResponse
from samulator.servers.aws.s3.versions import Version, versions_of


class Listings(ObjectResponse):
    """Keys are in the order of their UTF-8, which is that of their code points."""

    def list_objects(self) -> Answer:
        asked, marker = Asked.of(self.place), self.place.query.get("marker", "")
        page = asked.page(self._objects(asked, marker), marker)
        result = self._listed(asked, page, with_owner=True) | {"Marker": asked.text(marker)}
        if page.is_truncated and asked.delimiter:
            result["NextMarker"] = asked.text(page.last.name)
        return self.result("ListObjects", result, {})

    def list_objects_v2(self) -> Answer:
        asked, query = Asked.of(self.place), self.place.query
        start = query.get("start-after", "")
        token = query.get("continuation-token")
        after = start if token is None else _key_of(token)
        page = asked.page(self._objects(asked, after), after)
        result = self._listed(asked, page, with_owner=query.get("fetch-owner") == "true")
        result |= {"KeyCount": len(page.entries), "ContinuationToken": token}
        if start:
            result["StartAfter"] = asked.text(start)
        if page.is_truncated:
            result["NextContinuationToken"] = _token(page.last.name)
        return self.result("ListObjectsV2", result, {})

    def _objects(self, asked: Asked, after: str) -> Iterator[Entry]:
        bucket = self.bucket
        for name in _names(bucket.keys, asked.prefix, after):
            versions = versions_of(bucket, name)
            if versions and isinstance(versions[-1], FakeKey):
                yield Entry(name, versions[-1])

    def _listed(self, asked: Asked, page: Page, *, with_owner: bool) -> dict[str, Any]:
        owner = {"Owner": OWNER} if with_owner else {}
        contents = [
            _described(asked, entry.version) | owner
            for entry in page.entries
            if isinstance(entry.version, FakeKey)
        ]
        return asked.members(page) | {"Name": self.bucket_name, "Contents": contents}

    def list_object_versions(self) -> Answer:
        asked, query = Asked.of(self.place), self.place.query
        marker, version = query.get("key-marker", ""), query.get("version-id-marker", "")
        if version and not marker:
            message = "A version-id marker cannot be specified without a key marker."
            raise invalid_argument(message, "version-id-marker", version)
        page = asked.page(self._versions(asked, marker, version), marker)
        shown = [(entry.version, entry.is_latest) for entry in page.entries]
        result = asked.members(page) | {
            "Name": self.bucket_name,
            "KeyMarker": asked.text(marker),
            "VersionIdMarker": version,
            "Versions": [
                _described(asked, version) | _identity(version, is_latest=is_latest)
                for version, is_latest in shown
                if isinstance(version, FakeKey)
            ],
            "DeleteMarkers": [
                _marker(asked, version) | _identity(version, is_latest=is_latest)
                for version, is_latest in shown
                if isinstance(version, FakeDeleteMarker)
            ],
        }
        if page.is_truncated:
            result["NextKeyMarker"] = asked.text(page.last.name)
            if page.last.version:
                result["NextVersionIdMarker"] = page.last.version.version_id
        return self.result("ListObjectVersions", result, {})

    def _versions(self, asked: Asked, marker: str, version: str) -> Iterator[Entry]:
        """Newest first within a key."""
        bucket = self.bucket
        if version:
            yield from _older(_newest_first(marker, versions_of(bucket, marker)), version)
        for name in _names(bucket.keys, asked.prefix, marker):
            yield from _newest_first(name, versions_of(bucket, name))


def _names(keys: Iterable[str], prefix: str, after: str) -> list[str]:
    """Those behind `after` that start with `prefix`, in order."""
    names = sorted(name for name in [*keys] if name.startswith(prefix))
    return names[bisect_right(names, after) :]


def _newest_first(name: str, versions: list[Version]) -> list[Entry]:
    return [Entry(name, version, number == 0) for number, version in enumerate(versions[::-1])]


def _older(entries: list[Entry], version_id: str) -> list[Entry]:
    """What comes behind `version_id`; all of them where there is no such version any more."""
    ids = [entry.version.version_id for entry in entries if entry.version]
    return entries[ids.index(version_id) + 1 :] if version_id in ids else entries


def _described(asked: Asked, key: FakeKey) -> dict[str, Any]:
    described = {
        "Key": asked.text(key.name),
        "LastModified": key.last_modified_ISO8601,
        "ETag": key.etag,
        "Size": key.size,
        "StorageClass": key.storage_class,
    }
    if key.checksum_algorithm:
        described["ChecksumAlgorithm"] = [key.checksum_algorithm]
        described["ChecksumType"] = key.checksum_type
    return described


def _marker(asked: Asked, marker: FakeDeleteMarker) -> dict[str, Any]:
    return {"Key": asked.text(marker.name), "LastModified": marker.last_modified_ISO8601}


def _identity(version: Version, *, is_latest: bool) -> dict[str, Any]:
    return {"VersionId": version.version_id, "IsLatest": is_latest, "Owner": OWNER}


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _key_of(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise S3Error("InvalidArgument", "The continuation token provided is incorrect") from error
