"""`samulator check` in a process of its own that begins with its libraries imported.

They are most of a check's time. The process it is forked from has called nothing of them: what a
check makes in memory is still seen by no other.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from samulator.__main__ import main

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "samulator.cli.check",
        "samulator.control.rehearsal",
        "samulator.servers.aws.application",
        "samulator.servers.aws.resources.create",
        "samulator.template.translation",
        "samtranslator.parser.parser",
        "samtranslator.translator.translator",
        "moto.dynamodb.models",
        "moto.events.models",
        "moto.sns.models",
        "moto.sqs.models",
    ]
)


def run_check(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What `samulator check` in `folder` ends with and prints."""
    printed = folder / "printed"
    printed.mkdir(exist_ok=True)
    streams = [printed / "stdout", printed / "stderr"]
    words = ["check", *arguments]
    process = _CONTEXT.Process(target=_run, args=(words, folder, streams, dict(os.environ)))
    process.start()
    process.join()
    code = process.exitcode
    assert code is not None
    output, errors = (stream.read_text(encoding="utf-8") for stream in streams)
    return subprocess.CompletedProcess(words, code, output, errors)


def _run(
    words: Sequence[str], folder: Path, streams: Sequence[Path], environment: Mapping[str, str]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for descriptor, stream in enumerate(streams, start=1):
        with stream.open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    sys.argv = ["samulator", *words]
    sys.exit(main())
