"""Where the output of a source belongs; contracts/output_places.json lists the cases."""

import re

from etl.errors import Refused

SUFFIXES = (".csv", ".csv.gz")

PARTS = "parts/"

_ENDING = re.compile(r"(\.csv)?(\.gz)?\Z", re.IGNORECASE | re.ASCII)
_LONGEST_NAME = "processed_output.parquet"
_MAX_KEY_BYTES = 1024  # S3's


def output_prefix(key: str) -> str:
    """Beside `raw.csv`, else a folder named after the file; every step of the key is kept.

    Raises Refused (`bad_key`): then there is no place for a report either.

    >>> output_prefix("2026/raw.csv"), output_prefix("2026/orders.csv.gz"), output_prefix("/a.csv")
    ('2026/', '2026/orders/', '/a/')
    """
    folder, slash, name = key.rpartition("/")
    stem = _ENDING.sub("", name)
    prefix = folder + slash if stem.lower() == "raw" else f"{folder}{slash}{stem}/"
    if len((prefix + _LONGEST_NAME).encode()) > _MAX_KEY_BYTES:
        raise Refused("bad_key", "The key is too long: S3 takes no output's key of that length.")
    if "\0" in prefix:
        raise Refused("bad_key", "The key holds a NUL, which not every part of S3 takes.")
    if not {".", ".."}.isdisjoint(prefix.split("/")):
        raise Refused("bad_key", "A step of the key is . or .., which S3 and clients fold away.")
    return prefix


def part_folder(prefix: str, run_id: str) -> str:
    """Where the parts of one run are: another run, of another version or code, has another folder.

    >>> part_folder("2026/orders/", "0123456789ab")
    '2026/orders/parts/0123456789ab/'
    """
    return f"{prefix}{PARTS}{run_id}/"


def part_names(number: int) -> tuple[str, str, str]:
    """CSV, Parquet and dropped rows of one part, counted from 0; names sort by number.

    >>> part_names(7)
    ('part-00007.csv', 'part-00007.parquet', 'part-00007-rejected.csv')
    """
    stem = f"part-{number:05}"
    return f"{stem}.csv", f"{stem}.parquet", f"{stem}-rejected.csv"
