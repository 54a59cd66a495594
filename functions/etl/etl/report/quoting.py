"""What a report quotes is bounded: readers take 4 MiB, and a name may have 1 MiB."""

import hashlib
import json

from etl.report.model import Reading

MOST_CHARACTERS = 80
MOST_DESCRIPTION = 64 * 1024


def quoted(name: str) -> str:
    """The name, or its beginning and a digest that keeps it apart from others that begin so.

    >>> quoted("note"), len(quoted("x" * 100))
    ('note', 80)
    """
    if len(name) <= MOST_CHARACTERS:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{name[: MOST_CHARACTERS - 10]}… {digest}"


def quoted_reading(reading: Reading) -> Reading:
    """With names shortened, and without a description of more than 64 KiB."""
    columns = {quoted(ours): quoted(theirs) for ours, theirs in reading.columns.items()}
    size = len(json.dumps(reading.description))
    description = reading.description if size <= MOST_DESCRIPTION else {"omitted": f"{size} bytes"}
    return reading.model_copy(update={"columns": columns, "description": description})
