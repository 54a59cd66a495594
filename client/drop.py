"""Puts a file into the landing bucket, waits for its report and shows it: `make drop FILE=...`."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from client.description import (
    Removal,
    WrongDescription,
    check_description,
    counts_for,
    removal,
    send_description,
)
from client.place import DESCRIPTION, is_description, report_key, why_never_cleaned
from client.report_text import Report, refusal, suggestion, summary, warnings
from samulator.control.address import find_address
from samulator.control.project import Project
from samulator.control.state import StackNotRunning
from samulator.servers.aws.client import direct, local_session
from samulator.servers.ports import InvalidPort
from samulator.template.names import DEFAULT_REGION

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_POLL_SECONDS = 0.1
_LONGEST_POLL_SECONDS = 2.0
_PAGE = "report.html"
_CLEANED = ("succeeded", "warned")
_UNFINISHED = ("publishing", "processing")
# How long a file is waited for that is with the Spark job, which needs minutes for its cluster.
_JOB_SECONDS = 3600.0
_PAGE_SECONDS = 7 * 24 * 3600  # the longest that AWS signs for


class DropFailed(Exception):
    """The file was not put, or not reported on in time; the message says why."""

    exit_code = 1


class FileRefused(DropFailed):
    """The ETL cannot clean this file as it is; the message says why, `report` the rest."""

    exit_code = 2

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report


class FileWarned(DropFailed):
    """The file was cleaned, and deserves a second look; the message says why."""

    exit_code = 3


def main() -> int:
    """0: cleaned. 1: not put, or no report in time. 2: refused. 3: cleaned, and warned of.

    Whatever is not 0 has its reason on stderr.
    """
    arguments = _parse_arguments()
    try:
        _drop_as_told(arguments)
    except DropFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.exit_code
    except (StackNotRunning, InvalidPort) as failure:
        sys.stderr.write(f"{failure}\n")
        return DropFailed.exit_code
    return 0


def _drop_as_told(arguments: argparse.Namespace) -> None:
    """Shows what became of the file; raises DropFailed, StackNotRunning and InvalidPort."""
    key = arguments.key or arguments.file.name
    address = None if arguments.aws else find_address("aws", Project(Path.cwd()).state)
    s3 = boto3.client("s3") if address is None else _local_s3_client(address.url)
    api, endpoint = (None, None) if address is None else (_api(), address.url)
    removes = removal(arguments.landing, api, endpoint)
    try:
        if is_description(key):
            _put_description(s3, arguments.file, arguments.landing, key, removes)
            return
        _refuse_never_cleaned(key)
        _describe(s3, arguments.file, arguments.landing, key, removes)
        report = drop(
            arguments.file,
            s3=s3,
            key=key,
            landing=arguments.landing,
            processed=arguments.processed,
            timeout=arguments.timeout,
            removes=removes,
        )
        place = _described_there(arguments.file, report)
        shown = summary(report) + suggestion(arguments.file, report, place)
        sys.stdout.write(shown + _page(s3, arguments.processed, report))
        _warn(arguments.file, report)
    except FileRefused as refused:
        sys.stdout.write(_page(s3, arguments.processed, refused.report))
        raise
    except EndpointConnectionError as error:
        silence = address.silence if address else f"nothing answers: {error}"
        raise DropFailed(silence) from error
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise DropFailed(f"{arguments.file}: S3 says: {error}") from error


def drop(  # noqa: PLR0913 - the two ends of the flow, spelled out
    file: Path,
    *,
    s3: "S3Client",
    key: str,
    landing: str,
    processed: str,
    timeout: float,
    removes: Removal,
) -> Report:
    """Uploads the file and returns the report of a run that cleaned it.

    Raises DropFailed, and what boto3 raises.
    """
    version = _put(s3, file, landing, key)
    begin = time.monotonic()
    is_with_job = False
    while (waited := time.monotonic() - begin) < timeout:
        report = _find_report(s3, processed, key, version)
        if report and report["status"] in _CLEANED:
            return report
        if report and report["status"] not in _UNFINISHED:
            raise FileRefused(refusal(file, report, _remedy(file, report, removes)), report)
        if report and report["status"] == "processing" and not is_with_job:
            is_with_job, timeout = True, max(timeout, _JOB_SECONDS)
            sys.stderr.write(f"{file.name} is past one function: it is with the Spark job\n")
        time.sleep(min(_LONGEST_POLL_SECONDS, _POLL_SECONDS + waited / 10))
    raise DropFailed(
        f"no report of {key} within {timeout:.0f} s; make logs NAME=SalesEtlFunction says why"
    )


def _put_description(s3: "S3Client", file: Path, bucket: str, key: str, removes: Removal) -> None:
    """Raises DropFailed for one that the ETL would not read files by, and what boto3 raises."""
    try:
        file.stat()
        check_description(file)
    except OSError as error:
        raise DropFailed(f"{file}: {error.strerror}") from error
    except WrongDescription as wrong:
        raise DropFailed(str(wrong)) from wrong
    _put(s3, file, bucket, key)
    sys.stdout.write(
        f"s3://{bucket}/{key} counts for {counts_for(key)}, from their next run on; "
        f"{removes(key)} removes it\n"
    )


def _remedy(file: Path, report: Report, removes: Removal) -> str:
    key = _described_there(file, report)
    if not key:
        return ""
    return f"without that description it would be read anew: {removes(key)} removes it"


def _described_there(file: Path, report: Report) -> str:
    """The description's key, if the bucket alone has one: make check-file would not know it."""
    key: str = report["source"].get("description_key") or ""
    return "" if (file.parent / DESCRIPTION).is_file() else key


def _api() -> str | None:
    """The address of the stack's API; None where only its S3 was named."""
    try:
        return find_address("api", Project(Path.cwd()).state).url
    except StackNotRunning:
        return None


def _describe(s3: "S3Client", file: Path, bucket: str, key: str, removes: Removal) -> None:
    """The description first: a file is cleaned as soon as it has arrived. Raises DropFailed."""
    try:
        file.stat()
        sys.stdout.write(send_description(s3, file, bucket, key, removes))
    except WrongDescription as wrong:
        raise DropFailed(str(wrong)) from wrong
    except OSError as error:
        raise DropFailed(f"{error.filename or file}: {error.strerror}") from error


def _page(s3: "S3Client", bucket: str, report: Report) -> str:
    """An address at which a browser shows the report, for a week; empty without such a page."""
    keys = [output["key"] for output in report["outputs"].values()]
    return "".join(
        f"open in a browser: {_presigned(s3, bucket, key)}\n" for key in keys if _is_page(key)
    )


def _is_page(key: str) -> bool:
    return key.rpartition("/")[2] == _PAGE


def _presigned(s3: "S3Client", bucket: str, key: str) -> str:
    place = {"Bucket": bucket, "Key": key}
    return s3.generate_presigned_url("get_object", Params=place, ExpiresIn=_PAGE_SECONDS)


def _refuse_never_cleaned(key: str) -> None:
    """Raises DropFailed at once, where waiting for a report would be in vain."""
    reason = why_never_cleaned(key)
    if reason:
        raise DropFailed(f"{key} would not be cleaned: {reason}")


def _warn(file: Path, report: Report) -> None:
    """Raises FileWarned with a line for each warning, if there is one."""
    if report["status"] == "warned":
        raise FileWarned(warnings(file, report))


def _put(s3: "S3Client", file: Path, bucket: str, key: str) -> str | None:
    try:
        s3.upload_file(str(file), bucket, key)
    except OSError as error:
        raise DropFailed(f"{file}: {error.strerror}") from error
    return s3.head_object(Bucket=bucket, Key=key).get("VersionId")


def _find_report(s3: "S3Client", bucket: str, key: str, version: str | None) -> Report | None:
    """The report on this version of the object, if it is the last that was reported on."""
    try:
        body = s3.get_object(Bucket=bucket, Key=report_key(key))["Body"]
    except s3.exceptions.ClientError as error:
        # 404: S3's error names the key; with a control character in it, it is no XML.
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    report: Report = json.load(body)
    source = report["source"]
    return report if (source["key"], source["version_id"]) == (key, version) else None


def _local_s3_client(url: str) -> "S3Client":
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    return local_session(DEFAULT_REGION).client("s3", endpoint_url=url, config=direct(config))


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m client.drop", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", help="key in the landing bucket (the file's name)")
    parser.add_argument("--landing", default="sales-landing", help="landing bucket")
    parser.add_argument("--processed", default="sales-processed", help="processed bucket")
    parser.add_argument("--aws", action="store_true", help="use AWS, not the stack on this machine")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds to wait")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
