"""Sizes of functions with their layers, and how long their INIT takes.

INIT is measured as importing the function's handler in a new interpreter that sees the function and
its layer only, both as `make build` ships them, with the variables of template.yaml: the API builds
its whole application then. Seconds are of the processor, the best of several
runs: the clock on a shared machine measures its neighbours. Without bytecode means that Python has
to compile every module, as it does with what `sam build` makes of a requirements.txt.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from samulator.template.load import load_application

ROOT = Path(__file__).parent.parent
RUNS = 5
UNZIPPED_LIMIT = 262_144_000
BASELINE = "import fastapi, mangum, pg8000, redis"
INIT_LIMIT = 1.35  # of the API, as a multiple of BASELINE


@dataclass(frozen=True)
class Subject:
    """What is imported; `code` is a folder of functions, or None for the layer alone."""

    title: str
    layer: str
    statement: str
    code: str | None = None
    database_tls: str = "verify-full"  # as deployed; its certificates are read during INIT
    tracing: str = "off"


API_READY = "from api.handler import handler; assert handler._adapter, 'settings were refused'"
SUBJECTS = (
    Subject("fastapi, mangum, pg8000, redis", "ApiDependenciesLayer", BASELINE),
    Subject("UsersApiFunction", "ApiDependenciesLayer", API_READY, "api"),
    Subject(
        "  less the roots of the database", "ApiDependenciesLayer", API_READY, "api", "disable"
    ),
    Subject("  with tracing on", "ApiDependenciesLayer", API_READY, "api", tracing="on"),
    Subject(
        "SearchSyncFunction",
        "ApiDependenciesLayer",
        "import api.search_sync",
        "api",
    ),
    Subject("SalesEtlFunction", "DataDependenciesLayer", "import etl.handler", "etl"),
)


def main() -> None:
    """Exit status 1 if a size or the API's INIT is over its limit."""
    with tempfile.TemporaryDirectory() as scratch:
        layers = {name: build(name, Path(scratch)) for name in sorted({s.layer for s in SUBJECTS})}
        functions = {name: ship(name, Path(scratch)) for name in ("api", "etl")}
        fits = report_sizes(layers, functions)
        best = report_inits(layers, functions)
    ratio = best["UsersApiFunction"] / best[SUBJECTS[0].title]
    print(f"\nAPI's INIT: {ratio:.2f} times the bare imports (limit {INIT_LIMIT})")
    sys.exit(0 if fits and ratio <= INIT_LIMIT else 1)


def build(layer: str, scratch: Path) -> Path:
    """The layer, built for this interpreter."""
    begin = time.perf_counter()
    command = ["make", "-s", "-C", str(ROOT / "layers"), f"build-{layer}"]
    command += [f"PYTHON={sys.executable}"]
    command += ["PLATFORM=host", f"ARTIFACTS_DIR={scratch / layer}"]
    subprocess.run(command, check=True, capture_output=True)
    print(f"built {layer} in {time.perf_counter() - begin:.1f} s")
    return scratch / layer / "python"


def ship(function: str, scratch: Path) -> Path:
    """A function's code with bytecode, as make build leaves it."""
    code = scratch / "functions" / function
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "functions" / function, code, ignore=ignored)
    compiler = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*compiler, str(code)], check=True)
    return code


def report_sizes(layers: dict[str, Path], functions: dict[str, Path]) -> bool:
    """Print unzipped bytes; whether each function with its layer fits Lambda."""
    fits = True
    for folder, layer in (("api", "ApiDependenciesLayer"), ("etl", "DataDependenciesLayer")):
        own, shared = size(functions[folder]), size(layers[layer])
        fits = fits and own + shared < UNZIPPED_LIMIT
        print(f"functions/{folder} {own:,} + {layer} {shared:,} = {own + shared:,} bytes")
    return fits


def size(directory: Path) -> int:
    """Bytes of every file below."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def report_inits(layers: dict[str, Path], functions: dict[str, Path]) -> dict[str, float]:
    """Print and return the best INIT of each subject with bytecode, in seconds."""
    times: dict[tuple[str, bool], list[float]] = {}
    for _ in range(RUNS):  # in turns, so that a busy moment hits all alike
        for subject in SUBJECTS:
            for bytecode in (True, False):
                path = [functions[subject.code]] if subject.code else []
                path.append(layers[subject.layer])
                took = init_seconds(subject, path, bytecode=bytecode)
                times.setdefault((subject.title, bytecode), []).append(took)
    print(f"\n{'INIT, seconds (best of ' + str(RUNS) + ')':<34}{'bytecode':>10}{'without':>10}")
    for subject in SUBJECTS:
        with_it, without = (min(times[subject.title, b]) for b in (True, False))
        print(f"{subject.title:<34}{with_it:>10.3f}{without:>10.3f}")
    return {subject.title: min(times[subject.title, True]) for subject in SUBJECTS}


def variables() -> dict[str, str]:
    """The API's, which has all; what AWS fills in is a placeholder of its own."""
    declared = load_application(ROOT / "template.yaml").functions["UsersApiFunction"].environment
    return (
        declared
        | {"OPENSEARCH_URL": "https://opensearch_url"}
        | {"POWERTOOLS_LOG_LEVEL": "INFO", "DATABASE_HOST": "users.abc.eu-west-1.rds.amazonaws.com"}
    )


def init_seconds(subject: Subject, path: list[Path], *, bytecode: bool) -> float:
    """Seconds that the import takes in an interpreter of its own."""
    program = (
        f"import sys, time; sys.path[:0] = {[str(one) for one in path]!r}; "
        f"begin = time.process_time(); {subject.statement}; print(time.process_time() - begin)"
    )
    options = [] if bytecode else ["-X", "pycache_prefix=/nonexistent"]
    command = [sys.executable, "-I", "-S", "-B", *options, "-c", program]
    environment = {"PATH": os.environ["PATH"], **variables()}
    environment |= {"DATABASE_TLS": subject.database_tls, "TRACING": subject.tracing}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
