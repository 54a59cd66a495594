"""First code of a worker process: sets sys.path as Lambda does and hands over to awslambdaric.

Runs with the standard library alone (python -S): argv is the handler and the search path.
"""

import importlib
import os
import sys
import traceback
import zlib
from collections.abc import Callable, Mapping
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)

_Find = Callable[[str], object]
# Found beside this file. A function may have modules of these names.
_FIRST = (
    *("after_import", "aws_guard", "custom_answers", "execute_api", "older_sdk", "user_pools"),
)


class SavedSourceLoader(SourceFileLoader):
    """Takes bytecode for that of a file by the file's bytes.

    Python goes by size and whole seconds: of two saves within one second it may run the first.
    """

    def path_stats(self, path: str) -> Mapping[str, int]:
        """The size, and the sum of the bytes where bytecode keeps the time."""
        content = self.get_data(path)
        return {"mtime": zlib.crc32(content), "size": len(content)}


def main() -> None:
    """Replace this script's folder on sys.path by the function's and run the runtime client."""
    # Found beside this file, whose folder leaves the search path now.
    from aws_guard import aws_is_allowed, refuse_aws  # type: ignore[import-not-found]
    from custom_answers import lead_custom_answers  # type: ignore[import-not-found]
    from execute_api import lead_execute_api  # type: ignore[import-not-found]
    from older_sdk import lead_older_sdk  # type: ignore[import-not-found]
    from user_pools import lead_user_pools  # type: ignore[import-not-found]

    if not aws_is_allowed():
        refuse_aws()
        lead_user_pools()
    _, handler, search_path = sys.argv
    entries = search_path.split(os.pathsep)
    lead_older_sdk(entries)
    lead_execute_api()
    lead_custom_answers()
    for name in _FIRST:
        sys.modules.pop(name, None)
    sys.path[0:1] = entries
    # What was built lies beside the runtime and never changes; but a task root there is of links.
    built = os.path.dirname(os.environ["LAMBDA_RUNTIME_DIR"])  # noqa: PTH120
    others = [path for path in entries[1:] if not _is_in(path, built)]
    sys.path_hooks.insert(0, _saved_under([entries[0], *others]))
    if PathFinder.find_spec("runtime_client", sys.path) is None:
        # awslambdaric's compiled part exists for Linux only.
        sys.path.append(os.path.join(os.path.dirname(__file__), "portable"))  # noqa: PTH118, PTH120
    sys.argv = [sys.argv[0], handler]
    from awslambdaric import bootstrap as client  # type: ignore[import-untyped]
    from awslambdaric.__main__ import main as run_client  # type: ignore[import-untyped]

    client._get_handler = _telling_where(client._get_handler, client.FaultException)
    run_client(sys.argv)


def _saved_under(folders: list[str]) -> Callable[[str], FileFinder]:
    """A hook for folders in which people save; it raises ImportError for any other."""
    hook = FileFinder.path_hook(
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (SavedSourceLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )

    def of(path: str) -> FileFinder:
        if not any(_is_in(path, folder) for folder in folders):
            raise ImportError(path)
        return hook(path)  # type: ignore[return-value]

    return of


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def _telling_where(find: _Find, fault_type: type[Exception]) -> _Find:
    """The client logs no place of a failed import, as on AWS: here the log gets it first."""

    def found(handler: str) -> object:
        try:
            return find(handler)
        except fault_type as fault:
            if isinstance(fault.__context__, ImportError):
                sys.stderr.write(_of_the_function(fault.__context__))
            raise

    return found


def _of_the_function(error: ImportError) -> str:
    """The traceback without the frames of the client and of Python's import itself."""
    told = traceback.TracebackException.from_exception(error)
    own = ("<frozen importlib", importlib.__file__, os.path.join("", "awslambdaric", ""))  # noqa: PTH118
    told.stack[:] = [
        frame for frame in told.stack if not any(part in frame.filename for part in own)
    ]
    return "".join(told.format())


if __name__ == "__main__":
    main()
