"""`python -m samples [raw.csv]` writes the sample file, to standard output by default."""

import os
import sys
from pathlib import Path

from samples.sales import write_sales


def main(arguments: list[str]) -> int:
    """Exit code 1 with the reason on stderr where the file cannot be written."""
    place = arguments[0] if arguments else "standard output"
    if place.startswith("-"):
        sys.stderr.write("usage: python -m samples [raw.csv]\n")
        return 2
    try:
        if arguments:
            with Path(place).open("w", encoding="utf-8", newline="") as file:
                write_sales(file)
        else:
            write_sales(sys.stdout)
            sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_output()
    except OSError as error:
        sys.stderr.write(f"{place}: {error.strerror}\n")
        _let_go_of_output()
        return 1
    return 0


def _let_go_of_output() -> None:
    """What is left in the buffer is for nobody: Python would try once more at the end, and fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


sys.exit(main(sys.argv[1:]))
