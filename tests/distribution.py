"""Which tests `make test` gives to which of its processes: a module is never parted."""

from xdist.scheduler.loadscope import LoadScopeScheduling

# These share one running stack, which takes seconds to start, and a process of their own.
_ON_ONE_STACK = (
    "tests/integration/api/test_conformance.py",
    "tests/integration/test_migration_runner.py",
    "tests/integration/test_users_shell.py",
    "tests/integration/test_authorised_path.py",
    "tests/integration/test_callers.py",
    "tests/integration/test_front_door.py",
    "tests/integration/test_deployed_suite.py",
    "tests/integration/test_readme.py",
    "tests/integration/test_smoke.py",
    "tests/integration/test_terminal.py",
    "tests/parity/",
)
STACK = "stack"


def unit_of(nodeid: str) -> str:
    """What a test must be in one process with."""
    module = nodeid.partition("::")[0]
    return STACK if module.startswith(_ON_ONE_STACK) else module


def rank(nodeid: str) -> int:
    """Units of a lower rank are begun before others, so that no process works on alone at the end.

    What shares the stack takes longest; tests with servers take longer than those without.
    """
    if unit_of(nodeid) == STACK:
        return 0
    return 2 if "tests/unit/" in nodeid else 1


class ByModule(LoadScopeScheduling):
    """Hands out units of tests in the order of collection, to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
