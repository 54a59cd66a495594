"""Leads clients of boto3 whose code names a service's own host on AWS to this machine.

Part of a worker's first code, so the standard library alone. Handlers write
`endpoint_url=f"https://ssm.{region}.amazonaws.com"`, for links of S3 above all, and mean the
service in which the stack's resources are; no setting of boto3 comes before an endpoint that code
names.
"""

import os
from types import ModuleType

# APIs of the template, which are no services, are found otherwise.
_APIS = ".execute-api."


def lead_named_endpoints() -> None:
    """See to it that clients of this process which name AWS itself get AWS_ENDPOINT_URL."""
    # Found beside this file, in a worker alone.
    from after_import import after_import  # type: ignore[import-not-found]
    from aws_guard import is_of_aws  # type: ignore[import-not-found]
    from client_endpoints import choose_endpoints  # type: ignore[import-not-found]

    def leads(endpoint: object) -> bool:
        from urllib.parse import urlsplit  # 0.5 MB of each worker that never gets here

        host = urlsplit(endpoint).hostname or "" if isinstance(endpoint, str) else ""
        return bool(os.environ.get("AWS_ENDPOINT_URL")) and is_of_aws(host) and _APIS not in host

    def chosen(given: object) -> object:
        return os.environ["AWS_ENDPOINT_URL"] if leads(given) else given

    def lead(sessions: ModuleType) -> None:
        choose_endpoints(sessions, chosen)

    after_import("botocore.session", lead)
