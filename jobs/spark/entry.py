"""The sales ETL on Spark, in ranges of a file at once.

A file of this machine goes into a folder, as by `python -m etl`. An object of the landing bucket
that the function has claimed goes into the processed bucket; its settings are the function's
environment variables.
"""

import argparse
import logging
import re
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from py4j.protocol import Py4JError
from pydantic import ValidationError
from pyspark.errors import PySparkException

from etl.__main__ import NOT_DONE, clean_file
from etl.clean import Cleaned
from etl.s3.landing import Gone
from etl.settings import Settings
from etl.source.file import Source
from jobs.spark.claimed import OtherSource, Wanted, run_claimed
from jobs.spark.clean import clean_in_parts
from jobs.spark.folder import Folder
from jobs.spark.java import NoJava
from jobs.spark.parts import Store
from jobs.spark.session import session

_OF_CLAIMED = ("source_bucket", "key", "etag", "processed_bucket", "claim")

CONCLUDED = 0
FAILED = 1

# The last line of a traceback; those of Java are indented or name a package.
_CAUSE = re.compile(r"^(?:E: )?((?!org\.|java\.|Traceback)[A-Za-z][\w.]*: .+)$", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """Of a file: 0 cleaned, 2 refused or not done, 3 cleaned and warned of.

    Of a claimed object: 0 once its report is written or the claim is another's, else 1: again.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    needed = ("file", "out") if options.file or options.out else _OF_CLAIMED
    missing = [f"--{name.replace('_', '-')}" for name in needed if getattr(options, name) is None]
    if missing:
        parser.error(f"missing: {', '.join(missing)}")
    return _clean_file(options) if options.file else _clean_claimed(options)


def _clean_file(options: argparse.Namespace) -> int:
    def cleaner(source: Source, folder: Path) -> Cleaned:
        return _cleaned(source, Folder(folder), options.ranges)

    try:
        return clean_file(options.file, options.out, options.source, cleaner)
    except NoJava as missing:
        return _fail(f"{missing}.", NOT_DONE)
    except (Py4JError, PySparkException) as error:
        return _fail(f"{options.file}: Spark gave up: {_cause(str(error))}", NOT_DONE)


def _clean_claimed(options: argparse.Namespace) -> int:
    logging.basicConfig(format="%(levelname)s %(message)s", stream=sys.stdout)
    for ours in ("etl", "jobs"):
        logging.getLogger(ours).setLevel(logging.INFO)
    wanted = Wanted(
        bucket=options.source_bucket,
        key=options.key,
        version_id=options.version_id,
        etag=options.etag,
        processed_bucket=options.processed_bucket,
        claim_id=options.claim,
    )

    def cleaner(source: Source, store: Store) -> Cleaned:
        return _cleaned(source, store, options.ranges)

    try:
        run_claimed(wanted, Settings(), cleaner)  # type: ignore[call-arg] # the environment fills it
    except (NoJava, OtherSource) as error:
        return _fail(f"{wanted.key}: {error}.", FAILED)
    except (Gone, BotoCoreError, ClientError) as error:
        return _fail(f"{wanted.key}: {type(error).__name__}: {error}", FAILED)
    except (Py4JError, PySparkException) as error:
        return _fail(f"{wanted.key}: Spark gave up: {_cause(str(error))}", FAILED)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        return _fail(f"{'.'.join(map(str, first['loc'])).upper()}: {first['msg']}", FAILED)
    return CONCLUDED


def _cleaned(source: Source, store: Store, ranges: int | None) -> Cleaned:
    with session() as spark:
        return clean_in_parts(spark, source, store, ranges)


def _cause(text: str) -> str:
    """The error of the worker that failed, else the first line of what Spark says."""
    found = _CAUSE.findall(text)
    return str(found[-1]) if found else text.strip().partition("\n")[0]


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"{message}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entry.py", description=__doc__)
    parser.add_argument("--file", type=Path, help="the .csv or .csv.gz file of this machine")
    parser.add_argument("--out", type=Path, help="the folder for its results")
    parser.add_argument("--source", type=Path, help="source description; default: beside the file")
    parser.add_argument("--ranges", type=int, help="how many; default: one for each 64 MB")
    claimed = parser.add_argument_group("an object of the landing bucket")
    claimed.add_argument("--source-bucket")
    claimed.add_argument("--key")
    claimed.add_argument("--version-id", help="left out for a bucket without versions")
    claimed.add_argument("--etag")
    claimed.add_argument("--processed-bucket")
    claimed.add_argument("--claim", help="the claim_id of the report in its place")
    return parser


if __name__ == "__main__":
    sys.exit(main())
