"""AWS's translator in a process of its own, for one that works on: it would keep 25 MB of it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from samulator.template.model import TemplateError
from samulator.template.translation import translate

# In the user's folder, but without what it may have by the name of a module (-P).
_COMMAND = (sys.executable, "-P", "-m", "samulator.template.translation_apart")


def translate_apart(
    document: Mapping[str, Any], parameters: Mapping[str, str], region: str
) -> dict[str, Any]:
    """The same as `translate`, of JSON: dates have become text. Raises TemplateError."""
    asked = json.dumps([document, parameters, region], default=str)
    # Ctrl-C of a terminal is for who asked: a translator that it ended would be a failure to tell.
    done = subprocess.run(  # noqa: S603 # nosec B603 # this module
        _COMMAND, input=asked, capture_output=True, text=True, check=False, process_group=0
    )
    if done.returncode:
        words = done.stderr.strip().splitlines()[-1:]
        raise TemplateError(": ".join(["AWS's translator failed", *words]))
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise TemplateError(answer["refused"])
    translated: dict[str, Any] = answer["translated"]
    return translated


def main() -> None:
    """Reads from stdin what to translate, and writes what came of it to stdout."""
    try:
        answer: dict[str, Any] = {"translated": translate(*json.load(sys.stdin))}
    except TemplateError as error:
        answer = {"refused": str(error)}
    json.dump(answer, sys.stdout, default=str)


if __name__ == "__main__":
    main()
