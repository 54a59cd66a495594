"""The calls of EMR Serverless that start a job run, ask for it and cancel it."""

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.emr_serverless.job_process import JobProcess
from samulator.servers.aws.emr_serverless.job_run import JobApplication, JobRun
from samulator.servers.aws.emr_serverless.submission import InvalidSubmission, read_submission
from samulator.servers.aws.services import refusing
from samulator.template.model import Resource

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

APPLICATION = "AWS::EMRServerless::Application"
_SERVICE = "emr-serverless"
_RUNS = re.compile(r"/applications/([0-9a-z]+)/jobruns(?:/([0-9a-z]+))?/?")
_OWNER = f"arn:aws:iam::{ACCOUNT_ID}:root"

# A session of the job's role, as variables; nothing where roles are not judged.
Credentials = Callable[[str, str], Mapping[str, str]]


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def is_for_emr_serverless(environ: "WSGIEnvironment") -> bool:
    """Whether the signature names it."""
    authorization = str(environ.get("HTTP_AUTHORIZATION", ""))
    return f"/{_SERVICE}/aws4_request" in authorization


def declared_applications(resources: Sequence[Resource], region: str) -> list[JobApplication]:
    """Those of a template."""
    return [
        JobApplication(str(each.physical_id), str(each.properties.get("ReleaseLabel")), region)
        for each in resources
        if each.type == APPLICATION
    ]


class EmrServerless:
    """WSGI application. Runs are kept in memory: what ran when the stack ended is unknown after."""

    def __init__(
        self,
        applications: Sequence[JobApplication],
        process: JobProcess,
        tell: Callable[[Mapping[str, Any]], None],
        credentials: Credentials,
    ) -> None:
        """`tell` gets each event of a run."""
        self._applications = {each.id: each for each in applications}
        self._process = process
        self._tell = tell
        self._credentials = credentials
        self._runs: dict[str, JobRun] = {}
        self._lock = threading.Lock()
        # One run at a time, in the order of their threads.
        self._turn = threading.Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = Request(environ)
        try:
            found = _RUNS.fullmatch(request.path)
            answer = self._answered(request, found[1], found[2]) if found else None
        except _Refused as refused:
            body = json.dumps({"message": str(refused)})
            headers = {"x-amzn-ErrorType": refused.code}
            response = Response(body, refused.status, headers, content_type="application/json")
            return response(environ, start_response)
        if answer is None:
            return self._unknown(request)(environ, start_response)
        return Response(json.dumps(answer), content_type="application/json")(
            environ, start_response
        )

    def _answered(
        self, request: Request, application_id: str, run_id: str | None
    ) -> Mapping[str, Any] | None:
        application = self._applications.get(application_id)
        if application is None:
            raise _Refused(404, "ResourceNotFoundException", f"no application {application_id}")
        if request.method == "POST" and run_id is None:
            run = self._start(application, request)
        elif request.method in ("GET", "DELETE") and run_id is not None:
            run = self._find(application, run_id)
        else:
            return None
        told = {"applicationId": application.id, "jobRunId": run.id}
        if request.method == "DELETE":
            run.cancel()
        if request.method == "GET":
            return {"jobRun": run.described()}
        return told | ({"arn": application.arn(run.id)} if request.method == "POST" else {})

    def _start(self, application: JobApplication, request: Request) -> JobRun:
        """The same run for the same token, as on AWS."""
        try:
            submission = read_submission(json.loads(request.get_data() or b"{}"))
        except (InvalidSubmission, ValueError) as error:
            raise _Refused(400, "ValidationException", str(error)) from error
        with self._lock:
            for known in self._runs.values():
                if known.submission.token == submission.token:
                    if known.submission != submission:
                        message = "this clientToken was given with other parameters"
                        raise _Refused(409, "ConflictException", message)
                    return known
            run = JobRun(secrets.token_hex(8), application, submission, _OWNER, self._tell)
            self._runs[run.id] = run
        threading.Thread(target=self._run, args=[run], name=f"job-{run.id}", daemon=True).start()
        return run

    def _run(self, run: JobRun) -> None:
        run.change("PENDING", "it waits for its turn: one run at a time works here")
        with self._turn:
            credentials = self._credentials(run.submission.role_arn, run.id)
            self._process.run(run, credentials)

    def _find(self, application: JobApplication, run_id: str) -> JobRun:
        run = self._runs.get(run_id)
        if run is None or run.application != application:
            raise _Refused(404, "ResourceNotFoundException", f"no job run {run_id}")
        return run

    def _unknown(self, request: Request) -> "WSGIApplication":
        said = "StartJobRun, GetJobRun and CancelJobRun are answered here"
        return refusing(f"{request.method} {request.path} of EMR Serverless: {said}")
