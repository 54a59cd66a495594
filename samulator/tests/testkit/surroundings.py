"""What the shell may tell a test run: how programs are found and started, nothing about AWS or us.

Tests and the programs that they start must not see where the user's own stack is, whose AWS
account the shell is set up for, or which time zone and language this machine has.
"""

import os
import random
import re
import time
from collections.abc import Mapping

_KEPT = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TERM|TMPDIR|CI|NO_COLOR|FORCE_COLOR|CHROMIUM"
    # pip's way to a package index, for the layers
    r"|(PIP|UV)_\w+|(HTTP|HTTPS|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE"
    r"|PYTHONHASHSEED|DOCKER_\w+|PYTEST_\w+|COV_CORE_\w+"
    # what a longer look is asked for with (docs/testing.md)
    r"|CONFORMANCE_EXAMPLES|ETL_EXAMPLES|GUIDE_LOCKS|LONG_TESTS|(SAM|BROWSER)_REQUIRED|BROWSER_SLOWER"
    # what make test-deployed is to look at
    r"|DEPLOYED_(URL|TOKEN)",
    re.IGNORECASE,
)
# A zone that is far from UTC and off the full hour, the same on every machine.
_ZONE = "<+0545>-5:45"
_OWN_SERVERS = ("127.0.0.1", "localhost")


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """What is left of an environment, with AWS's files out of sight."""
    kept = {name: text for name, text in environment.items() if _KEPT.fullmatch(name)}
    for name in ("NO_PROXY", "no_proxy"):
        kept[name] = ",".join([*filter(None, [kept.get(name)]), *_OWN_SERVERS])
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TZ": _ZONE,
        # Every process of a run puts sets into the same order, and the next run into another.
        "PYTHONHASHSEED": _given_seed(kept) or f"{random.randrange(1, 2**32)}",
    }


def _given_seed(environment: Mapping[str, str]) -> str | None:
    given = environment.get("PYTHONHASHSEED")
    return None if given == "random" else given


def apply() -> None:
    """Makes this process, and with it every program that it starts, see only that."""
    cleaned = clean(os.environ)
    os.environ.clear()
    os.environ.update(cleaned)
    time.tzset()
