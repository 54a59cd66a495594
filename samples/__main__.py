"""`python -m samples [raw.csv]` writes the sample file, to standard output by default."""

import sys
from pathlib import Path

from samples.sales import write_sales


def main(arguments: list[str]) -> None:
    if not arguments:
        write_sales(sys.stdout)
        return
    with Path(arguments[0]).open("w", encoding="utf-8", newline="") as file:
        write_sales(file)


main(sys.argv[1:])
