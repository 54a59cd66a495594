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
    return event
