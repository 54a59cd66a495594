"""A chat: connections are rows of a table, a message goes to all of them."""

import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event, _context):
    """Answer a route, or an announcement that no client makes."""
    if "requestContext" not in event:
        return post(os.environ["ENDPOINT"], event["text"])
    context = event["requestContext"]
    row = {"connectionId": context["connectionId"]}
    if context["eventType"] == "CONNECT":
        table.put_item(Item=row)
    elif context["eventType"] == "DISCONNECT":
        table.delete_item(Key=row)
    else:
        endpoint = f"https://{context['domainName']}/{context['stage']}"
        return post(endpoint, json.loads(event["body"])["data"])
    return {"statusCode": 200}


def post(endpoint, text):
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
