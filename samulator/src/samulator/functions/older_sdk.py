"""Gives clients of an older boto3 the address of the local services.

Part of a worker's first code, so the standard library alone. botocore reads AWS_ENDPOINT_URL since
1.31, which came with boto3 1.28; a function that brings an older one would look for AWS itself.
"""

import os
import sys
from collections.abc import Sequence
from types import ModuleType

_SESSIONS = "botocore.session"
_READS_THE_VARIABLE = (1, 31)


def lead_older_sdk(search_path: Sequence[str]) -> None:
    """See to it that a botocore of the function's own leads its clients to AWS_ENDPOINT_URL."""
    # Found beside this file, in a worker alone.
    from after_import import after_import  # type: ignore[import-not-found]

    # The runtime's botocore is new enough.
    others = (folder for folder in search_path if folder != os.environ.get("LAMBDA_RUNTIME_DIR"))
    if any(os.path.isdir(os.path.join(folder, "botocore")) for folder in others):  # noqa: PTH112, PTH118
        after_import(_SESSIONS, _lead)


def _lead(sessions: ModuleType) -> None:
    if _release(sys.modules["botocore"].__version__) >= _READS_THE_VARIABLE:
        return
    # Found beside this file, in a worker alone.
    from client_endpoints import choose_endpoints  # type: ignore[import-not-found]

    choose_endpoints(sessions, lambda given: given or os.environ.get("AWS_ENDPOINT_URL") or None)


def _release(version: str) -> "tuple[int, ...]":
    return tuple(int(part) for part in version.split(".")[:2])
