"""What inline code imports to answer CloudFormation; it is copied beside that.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

# Functions of older versions of Python import it, too.
from __future__ import annotations

import json
import urllib.request
from typing import Any

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(  # noqa: PLR0913 - names and order are AWS's
    event: dict[str, Any],
    context: Any,  # noqa: ANN401 - the runtime's
    responseStatus: str,
    responseData: dict[str, Any],
    physicalResourceId: str | None = None,
    noEcho: bool = False,
    reason: str | None = None,
) -> None:
    """PUT the answer to the URL that CloudFormation gave; raises OSError."""
    stream = context.log_stream_name
    answer = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {stream}",
        "PhysicalResourceId": physicalResourceId or stream,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's URL
        event["ResponseURL"],
        json.dumps(answer).encode(),
        # Signed without a type.
        {"Content-Type": ""},
        method="PUT",
    )
    urllib.request.urlopen(request).close()  # noqa: S310 # nosec B310
