"""A chat: connections are rows of a table, a message goes to all of them."""

import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def authorize(event, _context):
    effect = "Allow" if event["queryStringParameters"]["token"] == "friend" else "Deny"
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": event["methodArn"],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "friend", "policyDocument": policy}


def connect(event, _context):
    table.put_item(Item={"connectionId": event["requestContext"]["connectionId"]})
    return {"statusCode": 200, "body": "Connected."}


def disconnect(event, _context):
    table.delete_item(Key={"connectionId": event["requestContext"]["connectionId"]})
    return {"statusCode": 200, "body": "Disconnected."}


def send(event, _context):
    context = event["requestContext"]
    endpoint = f"https://{context['domainName']}/{context['stage']}"
    return _post(endpoint, json.loads(event["body"])["data"])


def announce(event, _context):
    return _post(os.environ["ENDPOINT"], event["text"])


def _post(endpoint, text):
    """Post to everybody, and forget who is gone."""
    client = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
    gone = 0
    for item in table.scan()["Items"]:
        try:
            client.post_to_connection(ConnectionId=item["connectionId"], Data=text)
        except client.exceptions.GoneException:
            table.delete_item(Key=item)
            gone += 1
    return {"statusCode": 200, "body": json.dumps({"gone": gone})}
