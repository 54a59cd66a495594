"""The sales ETL on Spark: a file of this machine into a folder of parts.

It is what `python -m etl` does, by the same rules, in ranges of the file at once.
"""

import argparse
import re
import sys
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from etl.__main__ import NOT_DONE, clean_file
from etl.clean import Cleaned
from etl.source.file import Source
from jobs.spark.clean import clean_in_parts
from jobs.spark.folder import Folder
from jobs.spark.java import NoJava
from jobs.spark.session import session

# The last line of a traceback; those of Java are indented or name a package.
_CAUSE = re.compile(r"^(?:E: )?((?!org\.|java\.|Traceback)[A-Za-z][\w.]*: .+)$", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """0: cleaned. 2: refused, or not done. 3: cleaned, and warned of."""
    options = _parser().parse_args(arguments)

    def cleaner(source: Source, folder: Path) -> Cleaned:
        with session() as spark:
            return clean_in_parts(spark, source, Folder(folder), options.ranges)

    try:
        return clean_file(options.file, options.out, options.source, cleaner)
    except NoJava as missing:
        return _fail(f"{missing}.")
    except (Py4JError, PySparkException) as error:
        return _fail(f"{options.file}: Spark gave up: {_cause(str(error))}")


def _cause(text: str) -> str:
    """The error of the worker that failed, else the first line of what Spark says."""
    found = _CAUSE.findall(text)
    return str(found[-1]) if found else text.strip().partition("\n")[0]


def _fail(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return NOT_DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entry.py", description=__doc__)
    parser.add_argument("--file", type=Path, required=True, help="the .csv or .csv.gz file")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the results")
    parser.add_argument("--source", type=Path, help="source description; default: beside the file")
    parser.add_argument("--ranges", type=int, help="how many; default: one for each 64 MB")
    return parser


if __name__ == "__main__":
    sys.exit(main())
