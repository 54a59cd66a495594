"""Stands in for the Spark job: its arguments and its outcome, one process and one part.

Where WAIT_FOR names a file that is not there, it is made to be killed: it writes its process's
number to that file and waits. A key that begins with "broken" makes it fail.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from etl.clean import clean
from etl.publication.parts import held, own_folder, publish_parts
from etl.publication.place import output_prefix, part_names
from etl.publication.publish import Finished
from etl.report.model import SUCCEEDED, Output, Part, PublishedReport
from etl.s3.client import s3_client
from etl.s3.landing import Landing
from etl.s3.processed import Processed
from etl.settings import Settings
from etl.sink.files import CSV, PARQUET, REJECTED, DataFile
from etl.sink.table import schema_of
from etl.source.file import Source


def main() -> None:
    """Exit status 0 also where the claim is another's."""
    parser = argparse.ArgumentParser()
    for name in ("source-bucket", "key", "version-id", "etag", "processed-bucket", "claim"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    if arguments.key.startswith("broken"):
        sys.exit("broken on purpose")
    _wait_to_be_killed()
    settings = Settings()  # type: ignore[call-arg] # the environment fills it
    s3 = s3_client(settings.aws_endpoint_url)
    target = Processed(s3, arguments.processed_bucket, output_prefix(arguments.key))
    claimed = held(target, arguments.claim)
    if claimed is None:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        landing = Landing(s3)
        landing.download(claimed.source, folder / "source")
        source = Source(folder / "source", landing.description(claimed.source), sys.maxsize)
        cleaned = clean(source, folder, workers=1)
        outputs = [
            _put(target, own_folder(target, claimed) + part, cleaned.files[file])
            for part, file in zip(part_names(0), (CSV, PARQUET, REJECTED), strict=True)
        ]
        findings = cleaned.findings
        dropped = findings.duplicates + findings.rejected
        part = Part(
            csv=outputs[0],
            parquet=outputs[1],
            rejected=outputs[2],
            rows=findings.rows_out,
            dropped=dropped,
        )
        report = PublishedReport.begin(SUCCEEDED, claimed.source, findings=findings)
        schema = schema_of(cleaned.header.names)
        started = time.monotonic()
        finished = Finished(report, {}, folder, started, settings.limits, schema, (part,))
        publish_parts(target, arguments.claim, finished)


def _put(target: Processed, key: str, file: DataFile) -> Output:
    version = target.put_part(key, file)
    return Output(key=key, bytes=file.size, sha256=file.sha256, version_id=version)


def _wait_to_be_killed() -> None:
    told = Path(os.environ.get("WAIT_FOR") or os.devnull)
    if not told.exists():
        told.write_text(str(os.getpid()))
        signal.pause()


if __name__ == "__main__":
    main()
