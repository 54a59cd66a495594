"""The source description that lies beside a file, sent with it."""

from pathlib import Path
from typing import TYPE_CHECKING

from client.place import DESCRIPTION

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_ABSENT = ("NoSuchKey", "404")


def send_description(s3: "S3Client", file: Path, bucket: str, key: str) -> str:
    """Puts the `_source.json` of the file's folder into the key's, and says so in a line.

    Empty where there is none beside the file, as `python -m etl` looks for it. Raises OSError and
    what boto3 raises.
    """
    beside = file.parent / DESCRIPTION
    if not beside.is_file():
        return ""
    content = beside.read_bytes()
    folder, slash, _ = key.rpartition("/")
    target = f"{folder}{slash}{DESCRIPTION}"
    before = _read(s3, bucket, target)
    if before == content:
        return ""
    s3.put_object(Bucket=bucket, Key=target, Body=content, ContentType="application/json")
    done = "sent too" if before is None else "sent too, in place of another"
    return f"{beside} {done}: s3://{bucket}/{target} counts for every file beside it\n"


def _read(s3: "S3Client", bucket: str, key: str) -> bytes | None:
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise
