"""`make audit`: exit status 1 on a finding; with --strict also when nobody could be asked."""

import argparse
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from requirements.audit.advisories import vulnerabilities
from requirements.audit.ages import complaints, reasons, releases
from requirements.audit.locks import EVERY_LOCK, SHIPPED, Unanswered


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail where nobody could be asked")
    strict = parser.parse_args().strict
    passed = [
        _passes("known vulnerabilities", known_vulnerabilities, strict),
        _passes("a year without release", year_without_release, strict),
    ]
    sys.exit(0 if all(passed) else 1)


def known_vulnerabilities() -> Collection[str]:
    return sorted(vulnerabilities(EVERY_LOCK))


def year_without_release() -> Collection[str]:
    return list(complaints(releases(SHIPPED), reasons(), datetime.now(UTC).date()))


def _passes(title: str, ask: Callable[[], Collection[str]], strict: bool) -> bool:
    try:
        found = ask()
    except Unanswered as unanswered:
        _say(f"{title}: NOT CHECKED, could not be asked: {unanswered}")
        return not strict
    _say(f"{title}: {len(found) or 'none'}", *found)
    return not found


def _say(*lines: str) -> None:
    sys.stdout.write("\n  ".join(lines) + "\n")


if __name__ == "__main__":
    main()
