"""The source description that lies beside a file, sent with it."""

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from client.place import DESCRIPTION

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_ABSENT = ("NoSuchKey", "404")
_ETL = Path(__file__).parents[1] / "functions" / "etl"

# The line to type that removes what lies at a key of the landing bucket.
Removal = Callable[[str], str]


class WrongDescription(Exception):
    """The ETL would not read files by it; the message names the file and the fields."""


def removal(bucket: str, api: str | None, endpoint: str | None) -> Removal:
    """By the API where one is known, else by the AWS command line.

    >>> removal("sales-landing", "http://127.0.0.1:3000", None)("a b/_source.json")
    "curl -X DELETE 'http://127.0.0.1:3000/datasets/descriptions?key=a%20b/_source.json'"
    >>> removal("sales-landing", None, None)("_source.json")
    'aws s3 rm s3://sales-landing/_source.json'
    """

    def line(key: str) -> str:
        if api is not None:
            url = f"{api}/datasets/descriptions?key={quote(key, safe='/')}"
            return f"curl -X DELETE {shlex.quote(url)}"
        where = f"--endpoint-url {endpoint} " if endpoint else ""
        return f"aws {where}s3 rm {shlex.quote(f's3://{bucket}/{key}')}"

    return line


def description_key(key: str) -> str:
    """Where the description of a key's folder is, in the bucket."""
    folder, slash, _ = key.rpartition("/")
    return f"{folder}{slash}{DESCRIPTION}"


def check_description(file: Path) -> None:
    """By the ETL's own rules, as PUT /datasets/descriptions has them; raises WrongDescription.

    In a process of its own: a client knows no function's code.
    """
    found = subprocess.run(  # noqa: S603 # nosec B603 # this Python, on code beside it
        [sys.executable, "-m", "etl.description_check", str(file.absolute())],
        cwd=_ETL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if found.returncode:
        raise WrongDescription(f"{found.stderr.strip()} Nothing was sent.")


def counts_for(key: str) -> str:
    """Which files a description at this key counts for."""
    folder = key.rpartition("/")[0]
    if folder:
        return f"every .csv and .csv.gz in {folder}/, later ones too"
    return "every .csv and .csv.gz at the bucket's top, in no folder, later ones too"


def send_description(s3: "S3Client", file: Path, bucket: str, key: str, removes: Removal) -> str:
    """Puts the `_source.json` of the file's folder into the key's, and says so in a line.

    Where there is none beside the file, as `python -m etl` looks for it, the line is of the one
    that was left there before, which counts all the same; else it is empty. Raises
    WrongDescription, OSError and what boto3 raises.
    """
    beside = file.parent / DESCRIPTION
    target = description_key(key)
    remedy = f"{removes(target)} removes it\n"
    if not beside.is_file():
        left = f"s3://{bucket}/{target} was there before and counts for {key}, too; {remedy}"
        return left if _is_there(s3, bucket, target) else ""
    content = beside.read_bytes()
    check_description(beside)
    before = _read(s3, bucket, target)
    if before == content:
        return ""
    s3.put_object(Bucket=bucket, Key=target, Body=content, ContentType="application/json")
    done = "sent too" if before is None else "sent too, in place of another"
    counts = f"s3://{bucket}/{target} counts for every file beside it, later ones too"
    return f"{beside} {done}: {counts}; {remedy}"


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
