"""How a dataset is named after its source, and where the ETL puts it.

A name opens its dataset by `GET /datasets/{name}`, percent-encoded once. A key that would not come
through a path as it is gets an escaped name; contracts/output_places.json lists cases of both.
"""

import re

SUFFIXES = (".csv.gz", ".csv")
# What gateways cut at, clients fold away, or software on the way may change.
_FRAGILE = re.compile("[?\\\\\x00-\x1f\x7f-\x9f]")
_STEPS_THAT_VANISH = {"", ".", ".."}
# Calls that a dataset has, or will have: /datasets/{name}/rows is no dataset called "rows".
_CALLS = {"parts", "query", "rejected", "rows", "runs", "summary"}
# /datasets/descriptions is a call, whatever the method.
_NO_NAMES = {"descriptions"}
_ESCAPED = re.compile(r"~((?:[A-Za-z0-9_-]|~[0-9A-F]{2})*)")
_LONGEST_OUTPUT = "processed_output.parquet"
_MAX_KEY_BYTES = 1024  # S3's


def dataset_name(source_key: str) -> str:
    """The source's key without its suffix; escaped, and then with a tilde before it, if it must be.

    >>> dataset_name("2026/orders.csv.gz"), dataset_name("what?.csv"), dataset_name("a/rows.csv")
    ('2026/orders', '~what~3F', '~a~2Frows')
    """
    stem = _without_suffix(source_key)
    return stem if _travels(stem) else f"~{_escaped(stem)}"


def source_stem(name: str) -> str:
    """The key, without suffix, of the source that a name means; the key itself is a name too.

    >>> source_stem("~what~3F"), source_stem("2026/orders.csv"), source_stem("~else")
    ('what?', '2026/orders', '~else')
    """
    escaped = _ESCAPED.fullmatch(name)
    if escaped:
        octets = re.sub(rb"~(..)", lambda pair: bytes.fromhex(pair[1].decode()), name[1:].encode())
        stem = octets.decode("utf-8", "replace")
        # One dataset has one escaped name; anything else that begins with a tilde is a key.
        if not _travels(stem) and _escaped(stem) == escaped[1]:
            return stem
    return _without_suffix(name)


def output_prefix(stem: str) -> str | None:
    """Where the ETL puts a source: beside `raw`, or in a folder of its name; None for nowhere.

    >>> output_prefix("raw"), output_prefix("2026/raw"), output_prefix("2026/orders")
    ('', '2026/', '2026/orders/')
    """
    folder, slash, last = stem.rpartition("/")
    prefix = folder + slash if last.lower() == "raw" else f"{stem}/"
    fits = len((prefix + _LONGEST_OUTPUT).encode("utf-8", "replace")) <= _MAX_KEY_BYTES
    sound = "\0" not in prefix and {".", ".."}.isdisjoint(prefix.split("/"))
    return prefix if fits and sound else None


def _without_suffix(source_key: str) -> str:
    for suffix in SUFFIXES:
        if source_key.lower().endswith(suffix):
            return source_key[: -len(suffix)]
    return source_key


def _travels(stem: str) -> bool:
    """Whether a path carries the stem as it is, and nothing else is meant by it."""
    steps = stem.split("/")
    return not (
        stem.startswith("~")
        or stem.lower().endswith(SUFFIXES)
        or stem in _NO_NAMES
        or _FRAGILE.search(stem)
        or not _STEPS_THAT_VANISH.isdisjoint(steps)
        or (len(steps) > 1 and steps[-1] in _CALLS)
    )


def _escaped(stem: str) -> str:
    return re.sub(
        rb"[^A-Za-z0-9_-]", lambda octet: b"~%02X" % octet[0][0], stem.encode("utf-8", "replace")
    ).decode("ascii")
