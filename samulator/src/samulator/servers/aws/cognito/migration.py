"""UserMigration: users of elsewhere, whom a function knows when they first sign in.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
"""

from typing import TYPE_CHECKING

from moto.core.responses import ActionResult

from samulator.servers.aws.cognito.calling import TriggerFailed
from samulator.servers.aws.cognito.custom_message import Go
from samulator.servers.aws.cognito.occasion import Occasion

if TYPE_CHECKING:
    from moto.cognitoidp.models import CognitoIdpUser

_TRIGGER = "UserMigration"
# Those in which the pool gets the password.
_FLOWS = ("ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH")
_RESPONSE = dict.fromkeys(
    (
        *("userAttributes", "finalUserStatus", "messageAction", "desiredDeliveryMediums"),
        *("forceAliasCreation", "enableSMSMFA"),
    )
)


def migrated_at_sign_in(occasion: Occasion) -> "CognitoIdpUser | None":
    """Return the user whom the function knows by name and password, if it does.

    Raises moto's UserNotFoundError where the function fails.
    """
    told = occasion.parameter("AuthParameters") or {}
    if occasion.parameter("AuthFlow") not in _FLOWS:
        return None
    return _migrated(occasion, "Authentication", told.get("USERNAME"), told.get("PASSWORD"))


def forgot_password(occasion: Occasion, go: Go) -> ActionResult:
    """Around ForgotPassword. Raises moto's UserNotFoundError."""
    name = occasion.parameter("Username")
    if occasion.user(name) is None:
        _migrated(occasion, "ForgotPassword", name, None)
    return go()


def _migrated(
    occasion: Occasion, source: str, name: object, password: str | None
) -> "CognitoIdpUser | None":
    from moto.cognitoidp.exceptions import UserNotFoundError
    from moto.cognitoidp.models import UserStatus

    pool = occasion.pool
    if pool is None or not name:
        return None
    asked = {
        "password": password,
        "validationData": occasion.parameter("ClientMetadata"),
        "userAttributes": {},
    }
    try:
        known = occasion.call(f"{_TRIGGER}_{source}", str(name), asked, _RESPONSE)
    except TriggerFailed as error:
        client = occasion.parameter("ClientId")
        raise UserNotFoundError(f"Exception migrating user in app client {client}") from error
    attributes = known.get("userAttributes")
    if not attributes:
        return None
    listed = [{"Name": str(key), "Value": str(value)} for key, value in attributes.items()]
    user = pool.backend.admin_create_user(pool.id, str(name), "SUPPRESS", password or "", listed)
    # A user whose password nobody told has to set one.
    is_confirmed = known.get("finalUserStatus") == "CONFIRMED" and password
    user.status = UserStatus.CONFIRMED if is_confirmed else UserStatus.RESET_REQUIRED
    return user
