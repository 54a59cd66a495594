"""The source description that lies beside a file, sent with it."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from client.place import DESCRIPTION

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_ABSENT = ("NoSuchKey", "404")


def send_description(s3: "S3Client", file: Path, bucket: str, key: str) -> str:
    """Puts the `_source.json` of the file's folder into the key's, and says so in a line.

    Where there is none beside the file, as `python -m etl` looks for it, the line is of the one
    that was left there before, which counts all the same; else it is empty. Raises OSError and what
    boto3 raises.
    """
    beside = file.parent / DESCRIPTION
    folder, slash, _ = key.rpartition("/")
    target = f"{folder}{slash}{DESCRIPTION}"
    if not beside.is_file():
        return _left(bucket, target, key) if _is_there(s3, bucket, target) else ""
    content = beside.read_bytes()
    before = _read(s3, bucket, target)
    if before == content:
        return ""
    s3.put_object(Bucket=bucket, Key=target, Body=content, ContentType="application/json")
    done = "sent too" if before is None else "sent too, in place of another"
    counts = f"s3://{bucket}/{target} counts for every file beside it, later ones too"
    return f"{beside} {done}: {counts}; {_removal(key)}\n"


def _left(bucket: str, target: str, key: str) -> str:
    place = f"s3://{bucket}/{target}"
    return f"{place} was there before and counts for {key}, too; {_removal(key)}\n"


def _removal(key: str) -> str:
    return f"DELETE /datasets/descriptions?key={quote(key, safe='/')} removes it"


def _is_there(s3: "S3Client", bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except s3.exceptions.ClientError as error:
        # 403: who may not list a bucket hears no more of what is not there.
        if error.response["Error"]["Code"] in (*_ABSENT, "403"):
            return False
        raise
    return True


def _read(s3: "S3Client", bucket: str, key: str) -> bytes | None:
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise
