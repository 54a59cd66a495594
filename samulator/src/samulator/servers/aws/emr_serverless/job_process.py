"""Runs the program of a job as a process, again where its policy says so."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from samulator.servers.aws.client import s3_client
from samulator.servers.aws.emr_serverless.job_run import JobRun
from samulator.servers.aws.emr_serverless.settings import JobSettings
from samulator.servers.loopback_direct import direct_to_loopback
from samulator.servers.process import die_with_parent

_LOOK_SECONDS = 0.1
# What stands for AWS's machine there says nothing about this one.
_OF_AWS = ("PYTHONPATH", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON", "JAVA_HOME", "SPARK_HOME")


class CannotStart(Exception):
    """No process can be made of a job; the message says why, and no retry helps."""


class JobProcess:
    """One after another: a laptop has the memory for one session of Spark."""

    def __init__(self, settings: JobSettings, url: str) -> None:
        """`url` is where AWS's services answer."""
        self._settings = settings
        self._url = url

    def run(self, job: JobRun, credentials: Mapping[str, str]) -> None:
        """To its end; call it on a thread of its own, for the process dies with that thread."""
        with tempfile.TemporaryDirectory(prefix="job-") as folder:
            try:
                command = self._command(job, Path(folder))
                self._attempts(job, command, self._environment(job, credentials))
            except CannotStart as error:
                self._log(f"job run {job.id}: {error}")
                job.change("FAILED", str(error))

    def _attempts(self, job: JobRun, command: list[str], environment: Mapping[str, str]) -> None:
        deadline = time.monotonic() + 60 * job.submission.minutes
        job.change("SCHEDULED", "its process is about to be started")
        while True:
            ending = self._once(job, command, environment, deadline)
            if job.is_cancelled.is_set():
                job.change("CANCELLED", "the run was cancelled")
            elif time.monotonic() > deadline:
                job.change("CANCELLED", f"it took longer than {job.submission.minutes} minutes")
            elif ending is None:
                job.change("SUCCESS", "the program ended with exit code 0")
            elif job.attempt < job.submission.most_attempts:
                job.retry(ending)
                continue
            else:
                job.change("FAILED", f"Job failed, {job.attempt} times. {ending}")
            return

    def _once(
        self, job: JobRun, command: list[str], environment: Mapping[str, str], deadline: float
    ) -> str | None:
        """How one process ended if it ended badly."""
        if job.is_cancelled.is_set():
            return "cancelled"
        log = self._log_file()
        begin = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            try:
                process = subprocess.Popen(  # noqa: S603 # nosec B603 # what local.toml names
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=dict(environment),
                    start_new_session=True,
                    preexec_fn=partial(die_with_parent, signal.SIGKILL),
                )
            except OSError as error:
                raise CannotStart(f"{command[0]}: {error.strerror}.") from error
        job.change("RUNNING", f"process {process.pid}")
        while process.poll() is None:
            if job.is_cancelled.wait(_LOOK_SECONDS) or time.monotonic() > deadline:
                break
        _end(process)
        code = process.wait()
        return None if code == 0 else f"Exit code {code}. {_last_line(log, begin)}"

    def _log(self, line: str) -> None:
        with self._log_file().open("a", encoding="utf-8") as output:
            output.write(f"{line}\n")

    def _log_file(self) -> Path:
        log = Path(self._settings.log)
        log.parent.mkdir(parents=True, exist_ok=True)
        return log

    def _command(self, job: JobRun, folder: Path) -> list[str]:
        if reason := self._settings.why_none_runs:
            raise CannotStart(reason)
        entry = self._settings.entry_point or self._fetched(job, folder)
        return [self._settings.python, str(entry), *job.submission.arguments]

    def _fetched(self, job: JobRun, folder: Path) -> Path:
        bucket, _, key = job.submission.entry_point.removeprefix("s3://").partition("/")
        program = folder / Path(key).name
        try:
            s3_client(self._url, job.application.region).download_file(bucket, key, str(program))
        except (BotoCoreError, ClientError, ValueError) as error:
            raise CannotStart(f"{job.submission.entry_point}: {error}") from error
        return program

    def _environment(self, job: JobRun, credentials: Mapping[str, str]) -> dict[str, str]:
        """The job's own variables, and of AWS the services of this machine alone."""
        given = {n: text for n, text in job.submission.environment.items() if n not in _OF_AWS}
        surroundings = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",  # nosec B105 # what local servers take
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_DEFAULT_REGION": job.application.region,
            "AWS_REGION": job.application.region,
            "AWS_ENDPOINT_URL": self._url,
            **given,
            **credentials,
            "PYTHONPATH": os.pathsep.join(self._settings.python_path),
            "PYSPARK_PYTHON": self._settings.python,
            "PYTHONUNBUFFERED": "1",
        }
        return direct_to_loopback(surroundings)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """What it has started itself ends with it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _last_line(log: Path, begin: int) -> str:
    with log.open("rb") as written:
        written.seek(begin)
        lines = written.read().decode(errors="replace").strip().splitlines()
    return f"Its last line: {lines[-1]}" if lines else "It wrote nothing"
