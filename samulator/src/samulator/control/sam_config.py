"""samconfig.toml as `sam local start-api` reads it: its own section over the global one.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from samulator.control.local_toml import ProjectError

_NAMES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
_SECTIONS = ("global", "local_start_api")


def find_config(folder: Path, named: Path | None) -> Path | None:
    """Return the file that is read: the one that is named, else the first that is there.

    Raises ProjectError where the named one is missing.
    """
    if named is not None:
        if not named.is_file():
            raise ProjectError(f"--config-file {named}: no such file")
        return named
    return next((folder / name for name in _NAMES if (folder / name).is_file()), None)


def read_config(file: Path, environment: str | None) -> Mapping[str, Any]:
    """Return the options by the names that sam gives them, e.g. `parameter_overrides`.

    `environment` is --config-env, "default" where that is None. Raises ProjectError, also for an
    environment that was named and is not there.
    """
    document = _parsed(file)
    if "version" not in document:
        raise ProjectError(f"{file.name}: has no version; write version = 0.1 at its top")
    name = environment or "default"
    if environment is not None and name not in document:
        there = ", ".join(key for key in document if key != "version")
        raise ProjectError(f"{file.name}: --config-env {name} is not there; there are {there}")
    options: dict[str, Any] = {}
    for section in _SECTIONS:
        where = f"{name}.{section}.parameters"
        options |= _table(file, where, _at(document, name, section, "parameters"))
    return options


def _parsed(file: Path) -> Mapping[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text) if file.suffix == ".toml" else yaml.safe_load(text)
    except OSError as error:
        raise ProjectError(f"{file.name}: {error.strerror}") from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise ProjectError(
            f"{file.name}: cannot be read: {' '.join(str(error).split())}"
        ) from error
    return _table(file, "the file", values or {})


def _at(values: Any, *path: str) -> Any:  # noqa: ANN401 - whatever the file says
    for key in path:
        values = values.get(key, {}) if isinstance(values, dict) else values
    return values


def _table(file: Path, where: str, values: Any) -> dict[str, Any]:  # noqa: ANN401 - the same
    if not isinstance(values, dict):
        raise ProjectError(f"{file.name}: {where} is no table of options")
    return values
