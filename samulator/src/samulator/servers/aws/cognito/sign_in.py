"""PreAuthentication, PostAuthentication and PreTokenGeneration: around users who sign in."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from moto.core.responses import ActionResult

from samulator.servers.aws.cognito.calling import TriggerCalls
from samulator.servers.aws.cognito.challenges import CHALLENGE, FLOW, Challenges
from samulator.servers.aws.cognito.migration import migrated_at_sign_in
from samulator.servers.aws.cognito.occasion import Occasion, attributes_of, configured
from samulator.servers.aws.cognito.pool_events import Caller, pool_event, with_overrides

if TYPE_CHECKING:
    from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPool

Go = Callable[[], ActionResult]
_REFRESHES = ("REFRESH_TOKEN", "REFRESH_TOKEN_AUTH")
_TRIGGER = "PreTokenGeneration"


class SignIn:
    """Signs in by one request per thread: all its tokens are made by one answer."""

    def __init__(self, calls: TriggerCalls) -> None:
        self._calls = calls
        self._challenges = Challenges()
        self._now = threading.local()

    def initiate(self, occasion: Occasion, go: Go) -> ActionResult:
        """Around InitiateAuth and AdminInitiateAuth. Raises TriggerFailed, and nobody signs in."""
        if occasion.parameter("AuthFlow") in _REFRESHES:
            with self._making_tokens("TokenGeneration_RefreshTokens", None):
                return go()
        user = occasion.user((occasion.parameter("AuthParameters") or {}).get("USERNAME"))
        if user is None and (user := migrated_at_sign_in(occasion)) is None:
            return go() if occasion.parameter("AuthFlow") != FLOW else _unknown()
        # Here the metadata of a client are data to validate, unlike where a challenge is answered.
        asked = {
            "userAttributes": attributes_of(user),
            "validationData": occasion.parameter("ClientMetadata"),
        }
        occasion.call("PreAuthentication_Authentication", user.username, asked)
        with self._making_tokens("TokenGeneration_Authentication", None):
            is_custom = occasion.parameter("AuthFlow") == FLOW
            result = self._challenges.begin(occasion, user) if is_custom else go()
            return self._signed_in(occasion, user, result)

    def respond(self, occasion: Occasion, go: Go) -> ActionResult:
        """Around RespondToAuthChallenge and AdminRespondToAuthChallenge. Raises TriggerFailed."""
        user = occasion.user((occasion.parameter("ChallengeResponses") or {}).get("USERNAME"))
        is_new = occasion.parameter("ChallengeName") == "NEW_PASSWORD_REQUIRED"
        source = f"TokenGeneration_{'NewPasswordChallenge' if is_new else 'Authentication'}"
        with self._making_tokens(source, occasion.parameter("ClientMetadata")):
            is_custom = occasion.parameter("ChallengeName") == CHALLENGE
            result = self._challenges.answer(occasion) if is_custom else go()
            return result if user is None else self._signed_in(occasion, user, result)

    def claims(
        self, pool: "CognitoIdpUserPool", client_id: str, username: str, claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return the trigger's answer for the tokens that are made now, empty without one.

        Raises TriggerFailed.
        """
        second = configured(pool).get(f"{_TRIGGER}Config") or {}
        function = second.get("LambdaArn") or configured(pool).get(_TRIGGER)
        if not function or getattr(self._now, "source", None) is None:
            return {}
        if self._now.answer is None:
            user = pool._get_user(username)
            event = self._event(
                Caller(pool.region, pool.id, user.username, client_id),
                user,
                None if second.get("LambdaVersion", "V1_0") == "V1_0" else claims,
            )
            self._now.answer = self._calls.response(_TRIGGER, str(function), event)
        answer: Mapping[str, Any] = self._now.answer
        return answer

    def _event(
        self, caller: Caller, user: "CognitoIdpUser", claims: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """In its second version with the scopes of `claims`, in its first without."""
        asked = {
            "userAttributes": attributes_of(user),
            "groupConfiguration": {
                "groupsToOverride": sorted(group.group_name for group in user.groups),
                "iamRolesToOverride": [],
                "preferredRole": None,
            },
            "scopes": None if claims is None else str(claims.get("scope", "")).split(),
            "clientMetadata": self._now.metadata,
        }
        details = "claimsOverrideDetails" if claims is None else "claimsAndScopeOverrideDetails"
        version = "1" if claims is None else "2"
        return pool_event(self._now.source, caller, asked, {details: None}, version)

    def _signed_in(
        self, occasion: Occasion, user: "CognitoIdpUser", result: ActionResult
    ) -> ActionResult:
        answer: Any = result.result
        if answer and "AuthenticationResult" in answer:
            asked = {
                "userAttributes": attributes_of(user),
                "newDeviceUsed": False,
                "clientMetadata": self._now.metadata,
            }
            occasion.call("PostAuthentication_Authentication", user.username, asked)
        return result

    @contextmanager
    def _making_tokens(self, source: str, metadata: Mapping[str, str] | None) -> Iterator[None]:
        self._now.source, self._now.metadata, self._now.answer = source, metadata, None
        try:
            yield
        finally:
            self._now.source = None


def _unknown() -> NoReturn:
    from moto.cognitoidp.exceptions import UserNotFoundError

    raise UserNotFoundError("User does not exist.")


def change_tokens(sign_in: SignIn) -> None:
    """Have moto's pools make tokens with the claims that PreTokenGeneration answers."""
    from moto.cognitoidp.models import CognitoIdpUserPool

    make = CognitoIdpUserPool.create_jwt

    def create_jwt(
        pool: CognitoIdpUserPool,
        client_id: str,
        username: str,
        *further: Any,  # noqa: ANN401 - passed on
        **named: Any,  # noqa: ANN401 - the same
    ) -> tuple[str, int]:
        claims = named.get("extra_data") or {}
        answer = sign_in.claims(pool, client_id, username, claims)
        if answer:
            use = str(further[0] if further else named["token_use"])
            named["extra_data"] = with_overrides(claims, answer, use)
        return make(pool, client_id, username, *further, **named)

    CognitoIdpUserPool.create_jwt = create_jwt  # type: ignore[method-assign, assignment]
