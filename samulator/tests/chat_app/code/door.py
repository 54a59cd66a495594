"""Lets friends in."""


def authorize(event, _context):
    effect = "Allow" if event["queryStringParameters"]["token"] == "friend" else "Deny"
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": event["methodArn"],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "friend", "policyDocument": policy}
