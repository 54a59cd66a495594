"""CustomMessage: the words of what a user would be sent, which nobody is sent from this machine."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult

from samulator.servers.aws.cognito.occasion import Occasion, attributes_of
from samulator.servers.aws.mail import MailLog

Go = Callable[[], ActionResult]
_TRIGGER = "CustomMessage"
_CODE, _USER = "{####}", "{username}"
_RESPONSE = dict.fromkeys(("smsMessage", "emailMessage", "emailSubject"))
# The pools here take any; people want to see one.
_ANY_CODE = "123456"


class CustomMessages:
    """Asks for the words around an operation, and writes them into the log of SES."""

    def __init__(self, log: MailLog | None) -> None:
        self._log = log

    def sign_up(self, occasion: Occasion, go: Go) -> ActionResult:
        """After SignUp; who is confirmed already is sent no code."""
        result = go()
        answer: Any = result.result
        if not answer.get("UserConfirmed"):
            self._tell(occasion, "SignUp")
        return result

    def create_user(self, occasion: Occasion, go: Go) -> ActionResult:
        """After AdminCreateUser, unless it suppresses the invitation."""
        result = go()
        if occasion.parameter("MessageAction") != "SUPPRESS":
            self._tell(occasion, "AdminCreateUser", _USER)
        return result

    def forgot_password(self, occasion: Occasion, go: Go) -> ActionResult:
        """After ForgotPassword."""
        result = go()
        self._tell(occasion, "ForgotPassword")
        return result

    def _tell(self, occasion: Occasion, source: str, name: str | None = None) -> None:
        user = occasion.user(occasion.parameter("Username"))
        if user is None:
            return
        attributes = attributes_of(user)
        asked = {
            "userAttributes": attributes,
            "codeParameter": _CODE,
            "usernameParameter": name,
            "clientMetadata": occasion.parameter("ClientMetadata"),
        }
        told = occasion.call(f"{_TRIGGER}_{source}", user.username, asked, _RESPONSE)
        code = str(occasion.parameter("TemporaryPassword") or _ANY_CODE)
        for message, subject, address in (
            ("emailMessage", told.get("emailSubject"), attributes.get("email")),
            ("smsMessage", "a text message", attributes.get("phone_number")),
        ):
            if address and self._log is not None and told.get(message):
                words = str(told[message]).replace(_CODE, code).replace(_USER, user.username)
                to = {"source": "user pool", "destinations": [address]}
                self._log.add(SimpleNamespace(**to, subject=subject, body=words))
