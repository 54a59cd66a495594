"""What the functions of datasets have to do before a request: start, and look for what is asked."""

from collections.abc import Mapping

from smoke.api import Invoke, call
from smoke.versions import Unfit


def check_missing(
    candidate: Invoke,
    live: Invoke | None,
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
) -> None:
    """Asks for what is not there: that takes its code, its variables and its way to S3.

    Nothing is written. What `live`, the version that takes requests now, answers as well is no
    fault of the release. Raises Unfit.
    """
    status = call(candidate, method, path, body).status
    if status == 404 or (live is not None and call(live, method, path, body).status == status):
        return
    raise Unfit(f"{method} of a dataset that is not there answered {status}, not 404")
