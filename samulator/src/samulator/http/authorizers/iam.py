"""Who calls where AWS_IAM guards: everybody on this machine, as one user.

Whatever signed a request, nothing here could check it.
"""

import re
from typing import Any

from samulator.http.gateway.request import HttpRequest
from samulator.template.names import ACCOUNT

_CREDENTIAL = re.compile(r"Credential=([\w-]+)/")
_USER_ID = "AIDALOCALLOCALLOCALLO"
_USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/local"


def access_key(request: HttpRequest) -> str:
    """Return the key that the request says it is signed with, "local" without one."""
    found = _CREDENTIAL.search(request.header("authorization") or "")
    return found[1] if found else "local"


def iam_context(request: HttpRequest) -> dict[str, Any]:
    """Return requestContext.authorizer.iam of payload format 2.0."""
    return {
        "accessKey": access_key(request),
        "accountId": ACCOUNT,
        "callerId": _USER_ID,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": _USER_ARN,
        "userId": _USER_ID,
    }


def iam_identity(request: HttpRequest) -> dict[str, str]:
    """Return what requestContext.identity of payload format 1.0 says of the caller."""
    return {
        "accessKey": access_key(request),
        "accountId": ACCOUNT,
        "caller": _USER_ID,
        "user": _USER_ID,
        "userArn": _USER_ARN,
    }
