"""`python -m etl.description_check _source.json`: whether a description is right, by its fields.

The same rules as of PUT /datasets/descriptions; needs nothing of what reads files.
"""

import sys
from pathlib import Path

from etl.errors import Refused
from etl.source.description_file import parse_description

RIGHT = 0
WRONG = 3
NO_FILE = 2


def check_description(path: Path) -> int:
    """0, or 3 with what is wrong on stderr. Raises OSError."""
    try:
        description = parse_description(path.read_bytes())
    except Refused as refused:
        sys.stderr.write(f"{path}: {refused.message}\n")
        return WRONG
    fields = description.model_dump(mode="json", exclude_defaults=True)
    says = f"it sets {', '.join(fields)}" if fields else "it sets nothing"
    sys.stdout.write(f"{path} is a right description: {says}\n")
    return RIGHT


if __name__ == "__main__":
    try:
        sys.exit(check_description(Path(sys.argv[1])))
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        sys.exit(NO_FILE)
