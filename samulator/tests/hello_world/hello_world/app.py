import json
import os


def handler(event, context):
    if event.get("fail"):
        raise KeyError("asked for")
    return {"statusCode": 200, "body": json.dumps({"message": os.environ["GREETING"]})}
