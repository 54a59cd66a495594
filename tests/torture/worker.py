"""One environment of the API as a process of its own: events in, answers out, a line of JSON each.

`python -m tests.torture.worker`; the first line are its settings.
"""

import json
import sys
from contextlib import redirect_stdout

from api.handler import HttpEntry
from api.settings import Settings


def main() -> None:
    answers = sys.stdout
    settings = Settings.model_validate_json(sys.stdin.readline())
    # The function logs to standard output, as on Lambda.
    with redirect_stdout(sys.stderr):
        entry = HttpEntry(lambda: settings)
        entry.prepare()
        for line in sys.stdin:
            answers.write(json.dumps(entry(json.loads(line), None)) + "\n")
            answers.flush()
        entry.close()


if __name__ == "__main__":
    main()
