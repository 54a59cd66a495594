"""Which keys of the landing bucket are cleaned, and where the report of each is.

docs/etl.md describes it; contracts/output_places.json lists the cases.
"""

import re

DESCRIPTION = "_source.json"

_CLEANED = (".csv", ".csv.gz")
_ENDING = re.compile(r"(\.csv)?(\.gz)?\Z", re.IGNORECASE | re.ASCII)
_LONGEST_OUTPUT = "processed_output.parquet"
_MAX_KEY_BYTES = 1024  # S3's


def why_never_cleaned(key: str) -> str | None:
    """What is wrong with a key under which no file is ever cleaned; None if nothing is."""
    if key.endswith(_CLEANED):
        return _why_no_place(key)
    if key.lower().endswith(_CLEANED):
        # S3 compares suffixes by case, so such a key fires no trigger.
        suffix = ".csv.gz" if key.lower().endswith(".gz") else ".csv"
        return (
            "S3 tells of keys that end in .csv or .csv.gz, in lower case; "
            f"KEY={key[: -len(suffix)]}{suffix} names it so"
        )
    return f"a key ends in .csv or .csv.gz, or is a folder's {DESCRIPTION}"


def is_description(key: str) -> bool:
    """Whether the file says how others of its folder are read, instead of being cleaned."""
    return key.rpartition("/")[2] == DESCRIPTION


def report_key(key: str) -> str:
    """Where the report of an object of the landing bucket is.

    >>> report_key("2026/raw.csv"), report_key("2026/orders.csv.gz"), report_key("/orders.csv")
    ('2026/report.json', '2026/orders/report.json', '/orders/report.json')
    """
    return f"{_prefix(key)}report.json"


def _prefix(key: str) -> str:
    folder, slash, name = key.rpartition("/")
    stem = _ENDING.sub("", name)
    own = "" if stem.lower() == "raw" else f"{stem}/"
    return f"{folder}{slash}{own}"


def _why_no_place(key: str) -> str | None:
    prefix = _prefix(key)
    if len((prefix + _LONGEST_OUTPUT).encode()) > _MAX_KEY_BYTES:
        return "the keys of its outputs would have more than 1,024 bytes"
    if "\0" in prefix:
        return "it holds a NUL"
    if not {".", ".."}.isdisjoint(prefix.split("/")):
        return "a step of it is . or .., which S3 and clients fold away"
    return None
