"""First code of a worker process: sets sys.path as Lambda does and hands over to awslambdaric.

Runs with the standard library alone (python -S): argv is the handler and the search path.
"""

import os
import sys
from importlib.machinery import PathFinder


def main() -> None:
    """Replace this script's folder on sys.path by the function's and run the runtime client."""
    _, handler, search_path = sys.argv
    sys.path[0:1] = search_path.split(os.pathsep)
    if PathFinder.find_spec("runtime_client", sys.path) is None:
        # awslambdaric's compiled part exists for Linux only.
        sys.path.append(os.path.join(os.path.dirname(__file__), "portable"))  # noqa: PTH118, PTH120
    sys.argv = [sys.argv[0], handler]
    from awslambdaric.__main__ import main as run_client  # type: ignore[import-untyped]

    run_client(sys.argv)


if __name__ == "__main__":
    main()
