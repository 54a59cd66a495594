"""Which interpreter runs a function when this machine lacks the one that its Runtime names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from samulator.functions.interpreters.probe import OWN_RUNTIME, probe
from samulator.template.model import Application

# AWS's runtime client is locked for these (packages/runtime*.txt).
_OLDEST = 9
_NEWEST = 14
_RUNTIME = re.compile(r"python3\.(\d+)")


def choose_runtimes(application: Application) -> Application:
    """Return the application with runtimes that cannot run here replaced.

    The nearest newer one that is installed takes the place, else the stack's own. Each is a
    warning: what runs here is then not the version that is deployed.
    """
    runtimes = {each.runtime for each in application.functions.values()}
    wanted = {runtime for runtime in runtimes if _RUNTIME.fullmatch(runtime)}
    chosen = choose(wanted)
    functions = {
        name: replace(function, runtime=chosen.get(function.runtime, function.runtime))
        for name, function in application.functions.items()
    }
    warnings = [
        f"{name} {_why_not(name)}: its functions run on {instead} instead"
        for name, instead in sorted(chosen.items(), key=lambda pair: _minor(pair[0]))
        if name != instead
    ]
    return replace(application, functions=functions, warnings=(*application.warnings, *warnings))


def choose(wanted: Iterable[str]) -> Mapping[str, str]:
    """What runs each of `wanted`, e.g. {"python3.8": "python3.9"}; the same where it is here."""
    wanted = {*wanted}
    found = {OWN_RUNTIME: OWN_RUNTIME, **probe(filter(_is_supported, wanted - {OWN_RUNTIME}))}
    missing = [runtime for runtime in wanted if not found.get(runtime)]
    newer = {runtime: _newer_than(runtime) for runtime in missing}
    found |= probe(other for others in newer.values() for other in others if other not in found)
    return {
        runtime: runtime
        if found.get(runtime)
        else next((other for other in newer[runtime] if found[other]), OWN_RUNTIME)
        for runtime in wanted
    }


def _newer_than(runtime: str) -> list[str]:
    first = max(_minor(runtime) + 1, _OLDEST)
    return [f"python3.{minor}" for minor in range(first, _NEWEST + 1)]


def _is_supported(runtime: str) -> bool:
    return _minor(runtime) >= _OLDEST


def _why_not(runtime: str) -> str:
    return (
        "is not installed here" if _is_supported(runtime) else "is too old for AWS's runtime client"
    )


def _minor(runtime: str) -> int:
    """12 of "python3.12"; -1 of what is no Python 3."""
    found = _RUNTIME.fullmatch(runtime)
    return int(found[1]) if found else -1
