"""The program of the Spark job: put where its runs find it, which `sam deploy` does not do.

`digest` prints what stands for the job's code in the name of a release. `upload` puts two objects
into the folder of a release: entry.py, and application.zip with the job, the ETL and their
dependencies as they were built for Lambda. `prune`, behind a deployment, deletes the folders of
releases that nothing starts runs from any more. A first deployment makes the bucket, so there is
nothing to do before it; a deployment without a Spark job has none.
"""

import argparse
import hashlib
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).parents[1]
ENTRY = ROOT / "jobs" / "spark" / "entry.py"
OUTPUT, PARAMETER = "SparkArtifactsBucketName", "Release"
_FUNCTION, _LAYER = "SalesEtlFunction", "DataDependenciesLayer"
# zip files know no earlier moment; with the real one the same files would be other bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
# A run waits in its queue for half a day at most and is tried three times; who rolls back by hand
# takes one of the last releases.
KEPT_FOR = timedelta(days=30)
KEPT = 5


def main() -> None:
    """Exit status 1 with one line where AWS cannot be asked or the build is not there."""
    parser = argparse.ArgumentParser(prog="infrastructure.spark_artifacts", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("digest")
    upload_parser = actions.add_parser("upload")
    upload_parser.add_argument("--stack", required=True)
    upload_parser.add_argument("--release", required=True)
    upload_parser.add_argument("--build", type=Path, required=True)
    prune_parser = actions.add_parser("prune")
    prune_parser.add_argument("--stack", required=True)
    arguments = parser.parse_args()
    if arguments.action == "digest":
        sys.stdout.write(digest())
        return
    try:
        stack = deployed(boto3.client("cloudformation"), arguments.stack)
        bucket = None if stack is None else artifacts_bucket(stack)
        if stack is None or bucket is None:
            return
        if arguments.action == "upload":
            upload(boto3.client("s3"), bucket, arguments.release, arguments.build)
        elif in_use := release_of(stack):
            prune(boto3.client("s3"), bucket, in_use, datetime.now(UTC))
    except (BotoCoreError, ClientError, Boto3Error, OSError) as error:
        sys.exit(f"the Spark job's program: {error}")


def digest() -> str:
    """SHA-256 in hexadecimal over the job's own files."""
    seen = hashlib.sha256()
    for name, path in _files(ENTRY.parents[1], "jobs"):
        seen.update(name.encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()


def deployed(client: Any, stack: str) -> Mapping[str, Any] | None:  # noqa: ANN401 - a client of boto3
    """The stack as CloudFormation describes it; None where it is not there yet."""
    try:
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(found)


def artifacts_bucket(stack: Mapping[str, Any]) -> str | None:
    """None where the stack has no Spark job."""
    outputs = {one["OutputKey"]: str(one["OutputValue"]) for one in stack.get("Outputs", [])}
    return outputs.get(OUTPUT)


def release_of(stack: Mapping[str, Any]) -> str | None:
    """The release whose folder its function names."""
    parameters = stack.get("Parameters", [])
    given = {one["ParameterKey"]: str(one["ParameterValue"]) for one in parameters}
    return given.get(PARAMETER)


def upload(s3: Any, bucket: str, release: str, build: Path) -> None:  # noqa: ANN401 - the same
    """What is there already stays: a release has its own folder, so that older ones go on."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "application.zip"
        write_archive(archive, build)
        for path in (archive, ENTRY):
            s3.upload_file(str(path), bucket, f"{release}/{path.name}")


def prune(s3: Any, bucket: str, in_use: str, now: datetime) -> list[str]:  # noqa: ANN401 - the same
    """The releases that were deleted: neither in use, nor among the last, nor young.

    A folder's age is that of its newest object: each deployment of a release puts them again. The
    bucket keeps what is deleted as an older version for a month.
    """
    folders: dict[str, list[tuple[datetime, str]]] = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            release, slash, _ = item["Key"].partition("/")
            if slash:
                folders.setdefault(release, []).append((item["LastModified"], item["Key"]))
    by_age = sorted(folders, key=lambda release: max(folders[release]), reverse=True)
    old = [
        release
        for release in by_age[KEPT:]
        if release != in_use and max(folders[release])[0] < now - KEPT_FOR
    ]
    for key in (key for release in old for _, key in folders[release]):
        s3.delete_object(Bucket=bucket, Key=key)
    return old


def write_archive(target: Path, build: Path) -> None:
    """Unpacked beside the program it is on PYTHONPATH, as on Lambda. Raises OSError."""
    roots = (
        (build / _LAYER / "python", ""),
        (build / _FUNCTION, ""),
        (ENTRY.parents[1], "jobs"),
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        written: set[str] = set()
        for root, below in roots:
            if not root.is_dir():
                raise NotADirectoryError(f"{root} is not there: make build")
            for name, path in _files(root, below):
                if name not in written:
                    archive.writestr(_entry(name), path.read_bytes())
                    written.add(name)


def _files(root: Path, below: str) -> Iterator[tuple[str, Path]]:
    """What of a folder goes along, by name; bytecode of other machines does not."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield (Path(below) / path.relative_to(root)).as_posix(), path


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


if __name__ == "__main__":
    main()
