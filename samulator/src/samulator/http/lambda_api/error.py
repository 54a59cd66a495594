"""Errors of the Lambda API, by their documented names.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
"""

import json
import uuid

from samulator.http.server.answer import Answer


class LambdaError(Exception):
    """A call that is not carried out; `code` is AWS's name for the cause, the message is its text.

    `reason` is the Reason that some errors give beside their text.
    """

    def __init__(self, status: int, code: str, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.reason = reason


def error_answer(error: LambdaError) -> Answer:
    """Return the answer as Lambda words it; SDKs read the code from the header."""
    reason = {"Reason": error.reason} if error.reason else {}
    body = {"Type": "User", **reason, "Message": str(error), "message": str(error)}
    headers = {"x-amzn-ErrorType": error.code, "X-Amzn-RequestId": str(uuid.uuid4())}
    return Answer(
        status=error.status,
        headers=headers,
        body=json.dumps(body).encode(),
        content_type="application/json",
    )
