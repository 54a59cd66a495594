"""The actions that a request to S3 asks for.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import unquote

from samulator.servers.aws.iam.call import Call
from samulator.servers.aws.iam.request import SignedRequest
from samulator.servers.aws.s3.request import S3Request

# Sub-resources by the word that their actions have for them.
_OF_BUCKET = {
    "accelerate": "AccelerateConfiguration",
    "acl": "BucketAcl",
    "cors": "BucketCORS",
    "encryption": "EncryptionConfiguration",
    "inventory": "InventoryConfiguration",
    "lifecycle": "LifecycleConfiguration",
    "location": "BucketLocation",
    "logging": "BucketLogging",
    "notification": "BucketNotification",
    "object-lock": "BucketObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "replication": "ReplicationConfiguration",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}
_OF_OBJECT = {
    "acl": "ObjectAcl",
    "legal-hold": "ObjectLegalHold",
    "retention": "ObjectRetention",
    "tagging": "ObjectTagging",
}
_VERBS = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "DELETE": "Delete"}
_KEY = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)


def s3_calls(request: SignedRequest) -> list[Call]:
    """Raises S3Error where the request cannot be read."""
    place = S3Request.of(request.environ)
    if not place.bucket:
        return [Call("s3:ListAllMyBuckets", "*")]
    if not place.key:
        return [*_bucket_calls(request, place)]
    return [*_object_calls(place)]


def _bucket_calls(request: SignedRequest, place: S3Request) -> Iterator[Call]:
    arn = f"arn:aws:s3:::{place.bucket}"
    if place.method == "POST":
        keys = _KEY.findall(request.body()) if "delete" in place.query else []
        for key in keys:
            yield Call("s3:DeleteObject", f"{arn}/{unescape(key.decode(errors='replace'))}")
        return
    verb = _VERBS.get(place.method)
    for name, word in _OF_BUCKET.items():
        if name in place.query and verb is not None:
            changes = "Put" if verb == "Delete" and word != "BucketPolicy" else verb
            yield Call(f"s3:{changes}{word}", arn)
            return
    if place.method == "PUT":
        yield Call("s3:CreateBucket", arn)
    elif place.method == "DELETE":
        yield Call("s3:DeleteBucket", arn)
    else:
        lists = {"versions": "ListBucketVersions", "uploads": "ListBucketMultipartUploads"}
        action = next((lists[name] for name in lists if name in place.query), "ListBucket")
        yield Call(f"s3:{action}", arn, _listing(place.query))


def _listing(query: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    named = {name: (query[name],) for name in ("prefix", "delimiter", "max-keys") if name in query}
    return {f"s3:{name}": value for name, value in named.items()}


def _object_calls(place: S3Request) -> Iterator[Call]:
    arn = f"arn:aws:s3:::{place.bucket}/{place.key}"
    query, method = place.query, place.method
    version = "Version" if "versionId" in query else ""
    for name, word in _OF_OBJECT.items():
        if name in query and method in _VERBS:
            yield Call(f"s3:{_VERBS[method]}{word.replace('Object', 'Object' + version)}", arn)
            return
    if method in ("GET", "HEAD"):
        yield from _gets(query, arn, version)
    elif method == "DELETE":
        aborts = "uploadId" in query
        yield Call("s3:AbortMultipartUpload" if aborts else f"s3:DeleteObject{version}", arn)
    elif method == "POST" and "restore" in query:
        yield Call("s3:RestoreObject", arn)
    elif method == "POST" and "select" in query:
        yield Call("s3:GetObject", arn)
    else:
        yield from _puts(place, arn)


def _gets(query: Mapping[str, str], arn: str, version: str) -> Iterator[Call]:
    lists = "uploadId" in query
    yield Call("s3:ListMultipartUploadParts" if lists else f"s3:GetObject{version}", arn)
    if "attributes" in query:
        yield Call(f"s3:GetObject{version}Attributes", arn)


def _puts(place: S3Request, arn: str) -> Iterator[Call]:
    """A put, and the get of what it copies."""
    if source := place.header("x-amz-copy-source"):
        path, _, version = unquote(source).lstrip("/").partition("?versionId=")
        yield Call("s3:GetObjectVersion" if version else "s3:GetObject", f"arn:aws:s3:::{path}")
    names = ("acl", "server-side-encryption", "storage-class")
    context = {
        f"s3:x-amz-{name}": (value,) for name in names if (value := place.header(f"x-amz-{name}"))
    }
    yield Call("s3:PutObject", arn, context)
    if place.header("x-amz-tagging"):
        yield Call("s3:PutObjectTagging", arn)
    if place.header("x-amz-acl"):
        yield Call("s3:PutObjectAcl", arn)
