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
_Log = Callable[..., None]
# Found beside this file. A function may have modules of these names.
_FIRST = (
    *("after_import", "aws_guard", "client_endpoints", "custom_answers", "execute_api"),
    *("named_endpoints", "older_sdk", "user_pools"),
)
# The layers of the function that are not on this machine, as a text.
LEFT_OUT = "SAMULATOR_LEFT_OUT"
_REQUIREMENTS = "requirements.txt"
# What else lists packages, and what a requirements.txt can be made of.
_LISTS = {
    "uv.lock": "what `uv export --no-dev` prints",
    "poetry.lock": "what `poetry export` prints",
    "Pipfile.lock": "what `pipenv requirements` prints",
    _REQUIREMENTS: "a copy",
    "pyproject.toml": "what it depends on",
}
_LEVELS = 3


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
    from named_endpoints import lead_named_endpoints  # type: ignore[import-not-found]
    from older_sdk import lead_older_sdk  # type: ignore[import-not-found]
    from user_pools import lead_user_pools  # type: ignore[import-not-found]

    if not aws_is_allowed():
        refuse_aws()
        lead_user_pools()
        lead_named_endpoints()
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

    # Who builds the folder otherwise, by a Makefile or a Dockerfile, knows no requirements.txt.
    saved = "" if _is_in(entries[0], built) else entries[0]
    client._get_handler = _telling_where(client._get_handler, client.FaultException, saved)
    client.StandardLogSink.log = _ending_lines(client.StandardLogSink.log)
    run_client(sys.argv)


def _ending_lines(log: _Log) -> _Log:
    """On AWS each record is an event of its own; here it is text, and one with a traceback has no
    end of line, so that the next record would go on there.
    """

    def logged(sink: object, message: str, *rest: object, **named: object) -> None:
        log(sink, message if message.endswith("\n") else f"{message}\n", *rest, **named)

    return logged


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


def _telling_where(find: _Find, fault_type: type[Exception], folder: str) -> _Find:
    """The client logs no place of a failed import, as on AWS: here the log gets it first.

    `folder` is the function's, empty where its packages are no matter of a list in it.
    """

    def found(handler: str) -> object:
        try:
            return find(handler)
        except fault_type as fault:
            if isinstance(fault.__context__, ImportError):
                sys.stderr.write(_of_the_function(fault.__context__))
                sys.stderr.write(_why_missing(fault.__context__, handler, folder))
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


def _why_missing(error: ImportError, handler: str, folder: str) -> str:
    """Why a module is missing: the handler's own, or one that nothing says to install."""
    if not isinstance(error, ModuleNotFoundError):
        return ""
    name, module = error.name, handler.rpartition(".")[0].replace("/", ".")
    if os.environ.get(LEFT_OUT):
        return f"{name} may be in what is left out here: layer {os.environ[LEFT_OUT]}\n"
    if folder and f"{module}.".startswith(f"{name}."):
        file = module.replace(".", os.sep)
        return f"the Handler is {handler}, and {folder} has no {file}.py\n"
    if not folder or os.path.exists(os.path.join(folder, _REQUIREMENTS)):  # noqa: PTH110, PTH118
        return ""
    return (
        f"{name} is not installed, for {folder} has no {_REQUIREMENTS}: without one nothing is, "
        f"here as by sam build{_list_above(folder)}\n"
    )


def _list_above(folder: str) -> str:
    """A list of packages that people keep beside the folder of their code, and nobody reads."""
    for _ in range(_LEVELS):
        folder = os.path.dirname(folder)  # noqa: PTH120
        for name, copy in _LISTS.items():
            found = os.path.join(folder, name)  # noqa: PTH118
            if os.path.exists(found):  # noqa: PTH110
                return f"; {found} is not read: put {copy} there"
    return ""


if __name__ == "__main__":
    main()
