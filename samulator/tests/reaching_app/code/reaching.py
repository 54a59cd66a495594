"""Reaches out in the way that the event names, and answers what it got."""

import asyncio
import os
import socket
import sys
import urllib.request

import boto3
from botocore.config import Config

ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2)


def handler(event, context):
    sys.path.extend({*event.get("packages", [])} - {*sys.path})
    try:
        return {"got": globals()[event["how"]](event)}
    except Exception as error:  # noqa: BLE001 - the answer says which
        return {"error": f"{type(error).__name__}: {error}"}


def client(event):
    boto3.client("sqs", config=ONCE).create_queue(QueueName=event["name"])
    return boto3.resource("sqs", config=ONCE).get_queue_by_name(QueueName=event["name"]).url


def environment(event):
    return os.environ.get(event["name"])


def explicit_endpoint(event):
    endpoint = "https://dynamodb.eu-west-1.amazonaws.com"
    return boto3.client("dynamodb", endpoint_url=endpoint, config=ONCE).list_tables()


def service_endpoint(event):
    os.environ["AWS_ENDPOINT_URL_S3"] = "https://s3.us-east-1.amazonaws.com"
    try:
        return boto3.client("s3", config=ONCE).list_buckets()
    finally:
        del os.environ["AWS_ENDPOINT_URL_S3"]


def endpoints_ignored(event):
    config = Config(ignore_configured_endpoint_urls=True, retries={"total_max_attempts": 1})
    return boto3.client("sts", config=config).get_caller_identity()


def link(event):
    return urllib.request.urlopen(event["url"], timeout=2).status


def resolver(event):
    return asyncio.run(_resolved(event["host"]))


async def _resolved(host):
    return str(await asyncio.get_running_loop().getaddrinfo(host, 443))


def connection(event):
    socket.create_connection((event["host"], 80), timeout=2)


def profile(event):
    return str(boto3.Session().available_profiles)


def presigned(event):
    parameters = {"Bucket": "files", "Key": "a.csv"}
    local = boto3.client("s3").generate_presigned_url("get_object", Params=parameters)
    endpoint = "https://s3.us-east-1.amazonaws.com"
    by_name = Config(s3={"addressing_style": "virtual"})
    named = boto3.client("s3", endpoint_url=endpoint, config=by_name)
    return [local, named.generate_presigned_url("get_object", Params=parameters)]


def keys_by_urllib(event):
    with urllib.request.urlopen(event["url"], timeout=5) as answer:
        return answer.read().decode()


def keys_by_urllib3(event):
    # requests is a dress of it.
    import urllib3

    return urllib3.PoolManager(retries=False).request("GET", event["url"]).data.decode()


def keys_by_httpx(event):
    import httpx

    with httpx.Client() as client:
        first = client.get(event["url"])
        return client.get(event["url"]).text if first.is_success else first.text


def keys_by_asynchronous_httpx(event):
    async def fetched():
        import httpx

        async with httpx.AsyncClient() as client:
            return (await client.get(event["url"])).text

    return asyncio.run(fetched())


def keys_by_aiohttp(event):
    async def fetched():
        import aiohttp

        async with aiohttp.ClientSession() as session, session.get(event["url"]) as answer:
            return await answer.text()

    return asyncio.run(fetched())


def users_by_explicit_endpoint(event):
    endpoint = "https://cognito-idp.eu-west-1.amazonaws.com"
    pools = boto3.client("cognito-idp", endpoint_url=endpoint, config=ONCE)
    return pools.list_user_pools(MaxResults=1)["UserPools"]
