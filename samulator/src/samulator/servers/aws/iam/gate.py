"""Stands before all services and lets through what the caller's role allows."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from samulator.servers.aws.config import ACCOUNT_ID, AwsConfig
from samulator.servers.aws.iam.call import Call
from samulator.servers.aws.iam.callers import Caller, let_assume
from samulator.servers.aws.iam.calls import calls_of, connection_call
from samulator.servers.aws.iam.principals import about
from samulator.servers.aws.iam.refusal import Refusal
from samulator.servers.aws.iam.request import SignedRequest, read_signed
from samulator.servers.aws.iam.resource_policies import policies_on
from samulator.servers.aws.iam.roles import Roles
from samulator.servers.aws.iam.s3_calls import s3_calls
from samulator.servers.aws.iam.verdict import Verdict, judge
from samulator.servers.aws.lambda_calls import is_for_lambda
from samulator.servers.aws.s3.errors import S3Error
from samulator.servers.aws.s3.request import S3Request, is_for_s3

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_logger = logging.getLogger(__name__)
_SOCKET_API = "AWS::ApiGatewayV2::Api"


class IamGate:
    """WSGI middleware. Whoever shows no session's credentials is the owner and may do all."""

    def __init__(self, app: "WSGIApplication", config: AwsConfig) -> None:
        self._app = app
        self._sts = sts_backends[ACCOUNT_ID]["aws"]
        self._roles = Roles(config.resources, iam_backends[ACCOUNT_ID]["aws"])
        self._apis = {
            each.logical_id.lower(): each.logical_id
            for each in config.resources
            if each.type == _SOCKET_API
        }
        let_assume(config.callers, self._sts)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = read_signed(environ)
        caller = self._caller(request.access_key) if request is not None else None
        if request is None or caller is None:
            return self._app(environ, start_response)
        refusal = self._refusal(request, caller)
        if refusal is not None:
            _logger.info("%s", refusal.message)
            return refusal.reply(environ)(environ, start_response)
        if is_for_s3(environ) and not is_for_lambda(environ):
            return self._of_s3(request, caller)(environ, start_response)
        return self._app(environ, start_response)

    def _caller(self, access_key: str) -> Caller | None:
        """A session's, be it of Lambda's or one that code assumed itself."""
        session = self._sts.get_assumed_role_from_access_key(access_key)
        return None if session is None else Caller(session.role_arn, session.session_name)

    def _refusal(self, request: SignedRequest, caller: Caller) -> Refusal | None:
        connecting = connection_call(request, self._apis)
        for call in [connecting] if connecting is not None else _calls(request):
            verdict = self._judged(request, caller, call)
            if verdict is not Verdict.ALLOWED:
                return Refusal(caller.arn, call, verdict)
        return None

    def _judged(self, request: SignedRequest, caller: Caller, call: Call) -> Verdict:
        known = Call(
            call.action, call.resource, {**_always(request.region, caller), **call.context}
        )
        policies = [about(each, caller.principals) for each in policies_on(call.resource)]
        try:
            # In one account either kind may allow, and either may deny.
            return judge(known, [*self._roles.policies(caller.role), *policies])
        except ValueError as error:
            _logger.error("a policy of %s cannot be judged: %s", caller.role, error)
            return Verdict.NOT_ALLOWED

    def _of_s3(self, request: SignedRequest, caller: Caller) -> "WSGIApplication":
        """S3 tells that a key is missing to those alone who may list its bucket."""

        def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            head: list[tuple[str, list[tuple[str, str]]]] = []
            chunks = self._app(environ, _keeping(head))
            status, headers = head[-1]
            if environ["REQUEST_METHOD"] in ("GET", "HEAD") and status.startswith("404"):
                place = S3Request.of(environ)
                lists = Call("s3:ListBucket", f"arn:aws:s3:::{place.bucket}")
                verdict = self._judged(request, caller, lists)
                if place.key and verdict is not Verdict.ALLOWED:
                    refusal = Refusal(caller.arn, lists, verdict)
                    return refusal.reply(environ)(environ, start_response)
            start_response(status, headers)
            return chunks

        return answer


def _keeping(head: list[tuple[str, list[tuple[str, str]]]]) -> "StartResponse":
    """Starts no answer yet."""

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        del exc_info
        head.append((status, headers))
        return lambda _written: None

    return start


def _calls(request: SignedRequest) -> list[Call]:
    """Nothing of a request that S3 refuses anyway."""
    if is_for_lambda(request.environ) or not is_for_s3(request.environ):
        return calls_of(request)
    try:
        return s3_calls(request)
    except S3Error:
        return []


def _always(region: str, caller: Caller) -> dict[str, tuple[str, ...]]:
    """The condition keys that every call has, as it would have them on AWS."""
    function = f"arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{caller.session}"
    return {
        "aws:currenttime": (f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",),
        "aws:epochtime": (str(int(datetime.now(UTC).timestamp())),),
        "aws:principalaccount": (ACCOUNT_ID,),
        "aws:principalarn": (caller.role_arn,),
        "aws:principaltype": ("AssumedRole",),
        "aws:requestedregion": (region,),
        "aws:resourceaccount": (ACCOUNT_ID,),
        # Loopback is not the open net; a function's clients use TLS on AWS.
        "aws:securetransport": ("true",),
        "aws:sourceip": ("127.0.0.1",),
        "aws:userid": (f"{caller.role}:{caller.session}",),
        "lambda:sourcefunctionarn": (function,),
    }
