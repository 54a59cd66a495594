"""PreSignUp and PostConfirmation: around users who sign up, are made or confirm."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult

from samulator.servers.aws.cognito.occasion import Occasion, attributes_of, flat

if TYPE_CHECKING:
    from moto.cognitoidp.models import CognitoIdpUser

Go = Callable[[], ActionResult]
_VERIFIED = {"autoVerifyEmail": "email", "autoVerifyPhone": "phone_number"}
_RESPONSE = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
_SIGNED_UP = "PostConfirmation_ConfirmSignUp"


def sign_up(occasion: Occasion, go: Go) -> ActionResult:
    """Around SignUp. Raises TriggerFailed, and nobody signs up."""
    told = _ask(occasion, "PreSignUp_SignUp")
    result = go()
    user = _verified(occasion, told)
    if user is not None and told.get("autoConfirmUser"):
        from moto.cognitoidp.models import UserStatus

        user.status = UserStatus.CONFIRMED
        answer: Any = result.result
        answer["UserConfirmed"] = True
        _tell(occasion, user, _SIGNED_UP)
    return result


def create_user(occasion: Occasion, go: Go) -> ActionResult:
    """Around AdminCreateUser, whose users are confirmed by their first password."""
    told = _ask(occasion, "PreSignUp_AdminCreateUser")
    result = go()
    _verified(occasion, told)
    return result


def confirm(occasion: Occasion, go: Go) -> ActionResult:
    """Around ConfirmSignUp and AdminConfirmSignUp."""
    return _confirmed(occasion, go, _SIGNED_UP)


def confirm_password(occasion: Occasion, go: Go) -> ActionResult:
    """Around ConfirmForgotPassword."""
    return _confirmed(occasion, go, "PostConfirmation_ConfirmForgotPassword")


def _ask(occasion: Occasion, source: str) -> Mapping[str, Any]:
    asked = {
        "userAttributes": flat(occasion.parameter("UserAttributes")),
        "validationData": flat(occasion.parameter("ValidationData")) or None,
        "clientMetadata": occasion.parameter("ClientMetadata"),
    }
    return occasion.call(source, str(occasion.parameter("Username")), asked, _RESPONSE)


def _verified(occasion: Occasion, told: Mapping[str, Any]) -> "CognitoIdpUser | None":
    """The user who was made, with the attributes that the trigger takes for verified."""
    user = occasion.user(occasion.parameter("Username"))
    if user is not None:
        there = flat(user.attributes)
        verified = [name for said, name in _VERIFIED.items() if told.get(said) and name in there]
        user.update_attributes([{"Name": f"{name}_verified", "Value": "true"} for name in verified])
    return user


def _confirmed(occasion: Occasion, go: Go, source: str) -> ActionResult:
    result = go()
    user = occasion.user(occasion.parameter("Username"))
    if user is not None:
        _tell(occasion, user, source)
    return result


def _tell(occasion: Occasion, user: "CognitoIdpUser", source: str) -> None:
    asked = {
        "userAttributes": attributes_of(user),
        "clientMetadata": occasion.parameter("ClientMetadata"),
    }
    occasion.call(source, user.username, asked)
