"""The environment of a worker process: what Lambda sets, what the template adds, nothing else."""

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from samulator.functions.packages import Layout
from samulator.servers.loopback_direct import direct_to_loopback
from samulator.template.model import Function, Logging


@dataclass(frozen=True)
class Surroundings:
    """What a worker needs besides its function: region, Runtime API address, folder for files.

    `xray_daemon` is host:port of the X-Ray daemon, None where there is none.
    """

    region: str
    runtime_api: str
    temporary: str
    xray_daemon: str | None = None


def worker_environment(
    function: Function, layout: Layout, surroundings: Surroundings
) -> dict[str, str]:
    """Return every variable of a worker; the template's come last, as on AWS.

    Credentials are made up, and no file of the user's is read for others, so that a function never
    reaches an account from this machine.
    """
    root = layout.task_root
    binaries = [str(layer / "bin") for layer in layout.layers]
    libraries = [root, root / "lib", *(layer / "lib" for layer in layout.layers)]
    return {
        "AWS_ACCESS_KEY_ID": "local",
        # Not Lambda's, where there are no such files and no metadata service.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_DEFAULT_REGION": surroundings.region,
        # An address of this machine takes no name before it.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logging.group or f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": _log_stream(),
        "AWS_LAMBDA_RUNTIME_API": surroundings.runtime_api,
        "AWS_REGION": surroundings.region,
        "AWS_SECRET_ACCESS_KEY": "local",  # nosec B105 # what local servers take
        "AWS_SESSION_TOKEN": "local",  # nosec B105 # the same
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "LAMBDA_RUNTIME_DIR": str(layout.runtime),
        "LAMBDA_TASK_ROOT": str(root),
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": os.pathsep.join(str(path) for path in libraries),
        "PATH": os.pathsep.join(["/usr/local/bin", "/usr/bin", "/bin", *binaries]),
        # Not Lambda's: each worker has its own /tmp there, and here its own TMPDIR.
        "TMPDIR": surroundings.temporary,
        "TZ": ":UTC",
        "_HANDLER": function.handler,
        **_logging(function.logging),
        **_tracing(surroundings.xray_daemon),
        **direct_to_loopback(function.environment),
    }


def _logging(logging: Logging) -> dict[str, str]:
    """What Lambda's runtime client and Powertools read: the format of lines, and their level."""
    if not logging.is_json:
        return {}
    return {
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": logging.application_level or "INFO",
    }


def _tracing(xray_daemon: str | None) -> dict[str, str]:
    """What SDKs of X-Ray read: where segments go, and that none may fail for want of a trace."""
    if xray_daemon is None:
        return {}
    return {"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR", "AWS_XRAY_DAEMON_ADDRESS": xray_daemon}


def _log_stream() -> str:
    return f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
