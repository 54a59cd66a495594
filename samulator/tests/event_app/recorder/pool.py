"""A function of all triggers of a user pool, which does what the names of users ask for."""


def handler(event, context):
    """Confirms "auto…", refuses "bad…", and puts a claim into every token."""
    source, name = event["triggerSource"], event["userName"]
    if name.startswith("bad"):
        raise ValueError("Not welcome")
    if source == "PreSignUp_SignUp":
        event["response"] |= {"autoConfirmUser": name.startswith("auto"), "autoVerifyEmail": True}
    if source.startswith("TokenGeneration"):
        event["response"]["claimsOverrideDetails"] = {"claimsToAddOrOverride": {"tenant": "t"}}
    if source.startswith("DefineAuthChallenge"):
        event["response"] = decision(event["request"]["session"])
    if source.startswith("CreateAuthChallenge"):
        event["response"] |= {
            "publicChallengeParameters": {"question": "1 + 1"},
            "privateChallengeParameters": {"answer": "2"},
            "challengeMetadata": "SUM",
        }
    if source.startswith("VerifyAuthChallengeResponse"):
        asked = event["request"]
        right = asked["privateChallengeParameters"]["answer"]
        event["response"]["answerCorrect"] = asked["challengeAnswer"] == right
    if source.startswith("CustomMessage"):
        words = {"emailSubject": f"Dear {name}", "emailMessage": "{username}: your code is {####}"}
        event["response"] |= words
    if source.startswith("UserMigration"):
        migrate(event)
    return event


def migrate(event):
    """Knows "old…" with the password that is right, and fails for "bad…" before that."""
    if event["userName"].startswith("old") and event["request"].get("password") != "wrong":
        attributes = {"email": "old@b.example", "email_verified": "true"}
        event["response"] |= {"userAttributes": attributes, "finalUserStatus": "CONFIRMED"}


def decision(session):
    """Tokens for a right answer, no more challenges after two wrong ones."""
    if session and session[-1]["challengeResult"]:
        return {"issueTokens": True, "failAuthentication": False}
    return {
        "challengeName": "CUSTOM_CHALLENGE",
        "issueTokens": False,
        "failAuthentication": len(session) > 1,
    }
