"""How AWS says that somebody may not do something."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import escape

from samulator.servers.aws.iam.call import Call
from samulator.servers.aws.iam.verdict import Verdict
from samulator.servers.aws.s3.errors import S3Error
from samulator.servers.aws.s3.request import Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(frozen=True)
class Refusal:
    """`caller` is the ARN of the session that asked."""

    caller: str
    call: Call
    verdict: Verdict

    @property
    def message(self) -> str:
        """The sentence of AWS, which names who, what, on which and why."""
        action = self.call.action
        resource = self.call.resource or "*"
        # S3 quotes it.
        shown = f'"{resource}"' if action.startswith("s3:") else resource
        why = f"because no identity-based policy allows the {action} action"
        if self.verdict is Verdict.DENIED:
            why = "with an explicit deny in an identity-based policy"
        return (
            f"User: {self.caller} is not authorized to perform: {action} on resource: {shown} {why}"
        )

    def reply(self, environ: "WSGIEnvironment") -> Reply:
        """In the form that the service's clients read."""
        if self.call.action.startswith("s3:"):
            error = S3Error("AccessDenied", self.message, 403)
            status, headers, body = error.answer(str(environ["REQUEST_METHOD"]))
            return Reply([body], status, headers)
        form = str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")
        return self._xml() if form else self._json(environ)

    def _xml(self) -> Reply:
        code = "AuthorizationError" if self.call.action.startswith("sns:") else "AccessDenied"
        error = f"<Type>Sender</Type><Code>{code}</Code><Message>{escape(self.message)}</Message>"
        return Reply(
            f"<ErrorResponse><Error>{error}</Error></ErrorResponse>", 403, content_type="text/xml"
        )

    def _json(self, environ: "WSGIEnvironment") -> Reply:
        code = "AccessDeniedException"
        # REST answers 403, RPC 400; clients find the code in the header or in the body.
        status = 400 if "HTTP_X_AMZ_TARGET" in environ else 403
        headers = {"x-amzn-ErrorType": code}
        if self.call.action.startswith("sqs:"):
            headers["x-amzn-query-error"] = "AccessDenied;Sender"
        body = json.dumps({"__type": code, "message": self.message, "Message": self.message})
        return Reply(body, status, headers, content_type="application/x-amz-json-1.0")
