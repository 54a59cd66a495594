"""Which of two versions of a source is the newer one."""

from collections.abc import Mapping
from typing import Any

from etl.s3.landing import LandedObject


def is_same(done: Mapping[str, Any], item: LandedObject) -> bool:
    """Whether a report's source is this very version of this very object."""
    mine = (item.bucket, item.key, item.version_id, item.etag)
    return mine == (done["bucket"], done["key"], done["version_id"], done["etag"])


def is_older(done: Mapping[str, Any], item: LandedObject) -> bool:
    """Whether a report's source was written before this object.

    S3's sequencers order the events of one key, the shorter one padded with zeros on the right.
    Across keys, or where an event has none, the time of writing decides; on a tie the object
    at hand counts as newer, so that no delivery is ever ignored by mistake.
    """
    if is_same(done, item):
        return False
    theirs, ours = done["sequencer"], item.sequencer
    if theirs and ours and done["key"] == item.key:
        width = max(len(theirs), len(ours))
        return bool(theirs.ljust(width, "0").upper() < ours.ljust(width, "0").upper())
    return bool(done["last_modified"] <= item.last_modified)
