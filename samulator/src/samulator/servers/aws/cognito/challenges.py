"""CUSTOM_AUTH: sign-ins whose challenges three functions define, create and verify.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult

from samulator.servers.aws.cognito.occasion import Occasion, attributes_of, configured

if TYPE_CHECKING:
    from moto.cognitoidp.models import CognitoIdpUser

FLOW, CHALLENGE = "CUSTOM_AUTH", "CUSTOM_CHALLENGE"
_DECISION = dict.fromkeys(("challengeName", "issueTokens", "failAuthentication"))
_PARAMETERS = ("publicChallengeParameters", "privateChallengeParameters")
_CREATED = dict.fromkeys((*_PARAMETERS, "challengeMetadata"))
_TRIGGERS = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
_SOURCE = "_Authentication"


@dataclass(frozen=True)
class _Session:
    """A challenge that waits for its answer; `past` are those that were answered."""

    user: "CognitoIdpUser"
    past: tuple[Mapping[str, Any], ...]
    private: Mapping[str, Any] | None
    metadata: str | None


class Challenges:
    """Sign-ins under way, by their sessions."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}

    def begin(self, occasion: Occasion, user: "CognitoIdpUser") -> ActionResult:
        """Answer InitiateAuth with the first challenge. Raises moto's errors and TriggerFailed."""
        from moto.cognitoidp.exceptions import InvalidParameterException

        config = configured(occasion.pool) if occasion.pool is not None else {}
        if not all(config.get(name) for name in _TRIGGERS):
            raise InvalidParameterException(
                "Custom auth lambda trigger is not configured for the user pool."
            )
        return self._next(occasion, user, (), None)

    def answer(self, occasion: Occasion) -> ActionResult:
        """Answer RespondToAuthChallenge with tokens or the next challenge.

        Raises moto's errors and TriggerFailed.
        """
        from moto.cognitoidp.exceptions import InvalidParameterException, NotAuthorizedError

        given = (occasion.parameter("ChallengeResponses") or {}).get("ANSWER")
        if given is None:
            raise InvalidParameterException("Missing required parameter ANSWER")
        session = self._sessions.pop(str(occasion.parameter("Session")), None)
        if session is None:
            raise NotAuthorizedError("Invalid session for the user.")
        metadata = occasion.parameter("ClientMetadata")
        asked = {
            "userAttributes": attributes_of(session.user),
            "privateChallengeParameters": session.private,
            "challengeAnswer": given,
            "clientMetadata": metadata,
        }
        name = session.user.username
        told = occasion.call(f"{_TRIGGERS[2]}{_SOURCE}", name, asked, {"answerCorrect": None})
        answered = {
            "challengeName": CHALLENGE,
            "challengeResult": told.get("answerCorrect") is True,
            "challengeMetadata": session.metadata,
        }
        return self._next(occasion, session.user, (*session.past, answered), metadata)

    def _next(
        self,
        occasion: Occasion,
        user: "CognitoIdpUser",
        past: tuple[Mapping[str, Any], ...],
        metadata: Mapping[str, str] | None,
    ) -> ActionResult:
        from moto.cognitoidp.exceptions import InvalidParameterException, NotAuthorizedError

        asked = {
            "userAttributes": attributes_of(user),
            "session": list(past),
            "clientMetadata": metadata,
        }
        decided = occasion.call(f"{_TRIGGERS[0]}{_SOURCE}", user.username, asked, _DECISION)
        if decided.get("failAuthentication"):
            raise NotAuthorizedError("Incorrect username or password.")
        if decided.get("issueTokens"):
            return _tokens(occasion, user)
        name = decided.get("challengeName")
        if name != CHALLENGE:
            # AWS has passwords among the challenges, which moto does not verify.
            raise InvalidParameterException(
                f"{_TRIGGERS[0]} asks for the challenge {name}, {CHALLENGE} alone is known here"
            )
        created = occasion.call(
            f"{_TRIGGERS[1]}{_SOURCE}", user.username, {**asked, "challengeName": name}, _CREATED
        )
        shown, private = (created.get(kind) for kind in _PARAMETERS)
        session = str(uuid.uuid4())
        self._sessions[session] = _Session(user, past, private, created.get("challengeMetadata"))
        return ActionResult(
            {
                "ChallengeName": name,
                "Session": session,
                "ChallengeParameters": {**(shown or {}), "USERNAME": user.username},
            }
        )


def _tokens(occasion: Occasion, user: "CognitoIdpUser") -> ActionResult:
    pool = occasion.pool
    assert pool is not None
    client = pool.clients[occasion.parameter("ClientId")]
    return ActionResult(pool.backend._log_user_in(pool, client, user.username))
