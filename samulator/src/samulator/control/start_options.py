"""What flags and samconfig.toml say of a start; a flag wins over the file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from samulator.control.local_toml import ProjectError
from samulator.control.parameter_overrides import InvalidOverride, parse_overrides
from samulator.control.sam_config import find_config, read_config
from samulator.template.names import DEFAULT_REGION

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Variables of every function in the file of --env-vars, as sam names them.
EVERY_FUNCTION = "Parameters"


@dataclass(frozen=True)
class Flags:
    """What the command line says; None where it does not. Paths are relative to the folder."""

    template: Path | None = None
    parameters: Sequence[str] = ()
    env_vars: Path | None = None
    port: int | None = None
    host: str | None = None
    region: str | None = None
    profile: str | None = None
    config_env: str | None = None
    config_file: Path | None = None


NO_FLAGS = Flags()


@dataclass(frozen=True)
class StartOptions:
    """What a start goes by. `port` is the API's, None where neither flag nor file names one.

    `template` is None where the folder's own is meant. `variables` replace those that a function
    declares: by its logical id, and under "Parameters" of every function. `files` were read.
    `parameter_sources` are the files that parameters come from, by their names. `remarks` are
    lines on what has no effect.
    """

    template: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    parameter_sources: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    region: str = DEFAULT_REGION
    port: int | None = None
    is_port_a_flag: bool = False
    files: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()

    def variables_of(self, *names: str) -> dict[str, str]:
        """Return the variables of the function that has these names."""
        found = dict(self.variables.get(EVERY_FUNCTION, {}))
        for name in names:
            found |= self.variables.get(name, {})
        return found


def read_options(folder: Path, flags: Flags = NO_FLAGS) -> StartOptions:
    """Raises ProjectError."""
    config = find_config(_folder_of_config(folder, flags), flags.config_file)
    said = {} if config is None else read_config(config, flags.config_env)
    where = "" if config is None else f"{config.name}: "
    template = flags.template or _path(said, "template_file", "template")
    host = flags.host or said.get("host")
    if host is not None and host not in _LOOPBACK:
        source = "--host" if flags.host else f"{where}host"
        raise ProjectError(f"{source} {host}: samulator listens on 127.0.0.1 alone; leave it out")
    file = _variables_file(folder, flags, said)
    parameters = _parameters(flags, said, where)
    return StartOptions(
        template=None if template is None else folder / template,
        parameters=parameters,
        parameter_sources=_sources(parameters, None if flags.parameters else config),
        variables={} if file is None else read_variables(file),
        region=flags.region or str(said.get("region") or DEFAULT_REGION),
        port=_port(flags.port, "--") if flags.port is not None else _port(said.get("port"), where),
        is_port_a_flag=flags.port is not None,
        files=tuple(each for each in (config, file) if each is not None),
        remarks=tuple(_remarks(folder, flags, said, where)),
    )


def _variables_file(folder: Path, flags: Flags, said: Mapping[str, Any]) -> Path | None:
    """A flag's must be there; a configured one is often kept out of a repository."""
    if flags.env_vars:
        return folder / flags.env_vars
    configured = _path(said, "env_vars")
    if configured is None or not (folder / configured).exists():
        return None
    return folder / configured


def read_variables(file: Path) -> dict[str, dict[str, str]]:
    """Read the file of --env-vars: variables by function, or by "Parameters" for all.

    Raises ProjectError.
    """
    where = f"--env-vars {file.name}"
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProjectError(f"{where}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ProjectError(f"{where}: not JSON: {error}") from error
    if not isinstance(values, dict):
        raise ProjectError(f'{where}: write an object, {{"Function": {{"NAME": "value"}}}}')
    return {name: _texts(where, name, variables) for name, variables in values.items()}


def _texts(where: str, name: str, variables: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    if not isinstance(variables, dict):
        raise ProjectError(f'{where}: {name}: write an object, {{"NAME": "value"}}')
    for variable, value in variables.items():
        if isinstance(value, dict | list):
            raise ProjectError(f"{where}: {name}.{variable}: a variable holds a text")
    return {variable: _text(value) for variable, value in variables.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _folder_of_config(folder: Path, flags: Flags) -> Path:
    """Beside the template that the command line names, as sam looks for it."""
    return folder if flags.template is None else (folder / flags.template).parent


def _path(said: Mapping[str, Any], *names: str) -> Path | None:
    return next((Path(str(said[name])) for name in names if said.get(name)), None)


def _parameters(flags: Flags, said: Mapping[str, Any], where: str) -> dict[str, str]:
    value = flags.parameters or said.get("parameter_overrides") or ()
    if isinstance(value, dict):
        return {str(name): _text(each) for name, each in value.items()}
    try:
        return parse_overrides([value] if isinstance(value, str) else [str(each) for each in value])
    except InvalidOverride as error:
        raise ProjectError(str(error) if flags.parameters else f"{where}{error}") from error


def _sources(parameters: Mapping[str, str], file: Path | None) -> dict[str, str]:
    return {} if file is None else dict.fromkeys(parameters, file.name)


def _port(value: Any, where: str) -> int | None:  # noqa: ANN401 - as a file or a flag says it
    if value is None:
        return None
    if not str(value).isdecimal() or not 1 <= int(value) <= 65535:
        raise ProjectError(f"{where}port: {value!r} is not a port number (1 to 65535)")
    return int(value)


def _remarks(folder: Path, flags: Flags, said: Mapping[str, Any], where: str) -> Iterator[str]:
    configured = _path(said, "env_vars")
    if configured and not flags.env_vars and not (folder / configured).exists():
        yield f"{where}env_vars: there is no {configured}, so that it sets no variable"
    if flags.profile or said.get("profile"):
        source = "--profile" if flags.profile else f"{where}profile"
        yield f"{source} has no effect: functions get credentials of this machine alone"
