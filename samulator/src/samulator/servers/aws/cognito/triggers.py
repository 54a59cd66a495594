"""Has moto's user pools call their triggers, around the operations that set them off."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from moto.core.responses import ActionResult

from samulator.servers.aws.cognito import sign_up
from samulator.servers.aws.cognito.calling import TriggerCalls
from samulator.servers.aws.cognito.custom_message import CustomMessages
from samulator.servers.aws.cognito.migration import forgot_password
from samulator.servers.aws.cognito.occasion import Occasion, pool_of
from samulator.servers.aws.cognito.sign_in import SignIn, change_tokens
from samulator.servers.aws.mail import MailLog

if TYPE_CHECKING:
    from moto.cognitoidp.responses import CognitoIdpResponse

Around = Callable[[Occasion, Callable[[], ActionResult]], ActionResult]


def call_triggers(lambda_url: str, log: MailLog | None) -> None:
    """Let user pools call functions at the Lambda endpoint `lambda_url`.

    What those make of messages to users is written to `log`.
    """
    from moto.cognitoidp.responses import CognitoIdpResponse

    calls = TriggerCalls(lambda_url)
    sign_in = SignIn(calls)
    wrapped: dict[str, Around] = {
        "sign_up": sign_up.sign_up,
        "confirm_sign_up": sign_up.confirm,
        "admin_confirm_sign_up": sign_up.confirm,
        "confirm_forgot_password": sign_up.confirm_password,
        "forgot_password": forgot_password,
        "admin_create_user": sign_up.create_user,
        "initiate_auth": sign_in.initiate,
        "admin_initiate_auth": sign_in.initiate,
        "respond_to_auth_challenge": sign_in.respond,
        "admin_respond_to_auth_challenge": sign_in.respond,
    }
    # Behind the others: what PreSignUp says counts for whether somebody is sent anything.
    messages = CustomMessages(log)
    told: dict[str, Around] = {
        "sign_up": messages.sign_up,
        "admin_create_user": messages.create_user,
        "forgot_password": messages.forgot_password,
    }
    for name, around in (*wrapped.items(), *told.items()):
        keep = getattr(CognitoIdpResponse, name)
        setattr(CognitoIdpResponse, name, _around(keep, around, calls))
    change_tokens(sign_in)


def _around(
    keep: Callable[..., ActionResult], around: Around, calls: TriggerCalls
) -> Callable[..., ActionResult]:
    def operation(request: "CognitoIdpResponse") -> ActionResult:
        return around(Occasion(request, pool_of(request), calls), lambda: keep(request))

    return operation
