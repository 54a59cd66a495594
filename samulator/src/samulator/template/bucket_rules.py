"""What S3 takes as a bucket's name and as an event's.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
"""

import re

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_EVENTS: dict[str, tuple[str, ...]] = {
    "ObjectCreated": ("Put", "Post", "Copy", "CompleteMultipartUpload"),
    "ObjectRemoved": ("Delete", "DeleteMarkerCreated"),
    "ObjectRestore": ("Post", "Completed", "Delete"),
    "ObjectTagging": ("Put", "Delete"),
    "ObjectAcl": ("Put",),
    "LifecycleExpiration": ("Delete", "DeleteMarkerCreated"),
    "LifecycleTransition": (),
    "IntelligentTiering": (),
    "ReducedRedundancyLostObject": (),
    "TestEvent": (),
    "Replication": (
        *("OperationFailedReplication", "OperationMissedThreshold"),
        *("OperationReplicatedAfterThreshold", "OperationNotTracked"),
    ),
}


def name_problem(name: str) -> str | None:
    """Why S3 would refuse the name, None where it takes it."""
    if not _NAME.fullmatch(name):
        return "3 to 63 lower-case letters, digits, dots and hyphens, letters or digits at the ends"
    if ".." in name or _ADDRESS.fullmatch(name):
        return "no two dots in a row, and no IP address"
    if name.startswith(_STARTS) or name.endswith(_ENDS):
        return "this start or end is reserved"
    return None


def is_event(name: str) -> bool:
    """Whether S3 knows the event, e.g. "s3:ObjectCreated:*"."""
    service, _, rest = name.partition(":")
    kind, _, action = rest.partition(":")
    if service != "s3" or kind not in _EVENTS:
        return False
    actions = _EVENTS[kind]
    return action in (*actions, "*") if actions else not action
