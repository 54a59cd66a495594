"""What the objects of an ItemReader hold, in the forms that moto's does not read.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

# Bytes of an object, by bucket and key.
Fetch = Callable[[str, str], bytes]
Config = Mapping[str, Any]
_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_BEYOND_MOTO = frozenset(("CSVDelimiter", "ItemsPointer", "ManifestType"))
_FORMS = ("JSONL", "MANIFEST")
_GZIP = b"\x1f\x8b"


def is_beyond_moto(config: Config) -> bool:
    """Whether moto's parser refuses a ReaderConfig that is read here."""
    return config.get("InputType") in _FORMS or not _BEYOND_MOTO.isdisjoint(config)


def items_of(text: str, config: Config, fetch: Fetch) -> Iterator[Any]:
    """Yield the items of an object. Raises ValueError, LookupError, and what `fetch` does."""
    kind = config.get("InputType")
    if kind == "MANIFEST" or config.get("ManifestType") == "S3_INVENTORY":
        yield from _of_inventory(text, fetch)
    elif config.get("ManifestType") == "ATHENA_DATA":
        for line in filter(None, map(str.strip, text.splitlines())):
            place = urlsplit(line.strip('"'))
            yield from _of_data(_text(fetch(place.netloc, place.path.lstrip("/"))), config)
    else:
        yield from _of_data(text, config)


def _of_data(text: str, config: Config) -> Iterator[Any]:
    kind = config.get("InputType")
    if kind == "JSONL":
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
    elif kind == "CSV":
        yield from _of_table(text, config)
    elif kind == "JSON":
        yield from _of_document(text, str(config.get("ItemsPointer") or ""))
    else:
        raise ValueError(f"objects of InputType {kind} are not read here")


def _of_document(text: str, pointer: str) -> Iterator[Any]:
    value = json.loads(text)
    for name in pointer.split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    if not isinstance(value, list):
        raise ValueError("Attempting to map over non-iterable node.")
    yield from value


def _of_table(text: str, config: Config) -> Iterator[dict[str, str]]:
    delimiter = _DELIMITERS[config.get("CSVDelimiter", "COMMA")]
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    is_given = config.get("CSVHeaderLocation") == "GIVEN"
    headers = list(config["CSVHeaders"] if is_given else next(rows, []))
    if len({*headers}) < len(headers):
        raise ValueError("CSV headers cannot contain duplicates.")
    yield from (_row(headers, row) for row in rows)


def _of_inventory(text: str, fetch: Fetch) -> Iterator[dict[str, str]]:
    """The objects that the files of an inventory list, by the names of its schema."""
    manifest = json.loads(text)
    if manifest["fileFormat"] != "CSV":
        raise ValueError(f"inventories in {manifest['fileFormat']} are not read here, in CSV alone")
    headers = [name.strip() for name in manifest["fileSchema"].split(",")]
    bucket = manifest["destinationBucket"].rpartition(":")[2]
    for file in manifest["files"]:
        rows = csv.reader(io.StringIO(_text(fetch(bucket, file["key"]))))
        yield from (_row(headers, row) for row in rows)


def _row(headers: list[str], row: list[str]) -> dict[str, str]:
    """A row that is too short is filled up, as in moto's own tables."""
    return {name: row[at] if at < len(row) else "" for at, name in enumerate(headers)}


def _text(body: bytes) -> str:
    return (gzip.decompress(body) if body.startswith(_GZIP) else body).decode()
