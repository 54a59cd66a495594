"""Reads local.toml: data servers to run, variables for functions, invokes at the start."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from samulator.servers.aws.emr_serverless.settings import JobSettings
from samulator.servers.data import DATA_SERVERS
from samulator.template.stored_values import StoredValues

NAME = "local.toml"
# Their names in local.toml, in commands, and in the names of logs and port variables.
SERVICES = frozenset({"aws", *DATA_SERVERS})
# What may stand in braces in a variable, if the server that it is about runs.
_ALWAYS = ("aws_url",)
_PLACES_OF = {name: kind.place_names for name, kind in DATA_SERVERS.items()}
PLACES = frozenset([*_ALWAYS, *(place for places in _PLACES_OF.values() for place in places)])
_PIECE = re.compile(r"\{\{|\}\}|\{(\w+)\}|[{}]")
_TOKENS = ("required", "optional")
_KEYS = (
    *(
        "servers",
        "allow_aws",
        "api_destinations",
        "authorizers",
        "containers",
        "emr_serverless",
        "environment",
        "exports",
    ),
    *("iam", "links", "not_made", "secrets", "ssm", "start"),
)
_JOB_KEYS = ("python", "install", "entry_point", "python_path")
_START_KEYS = ("function", "event", "after_open", "again_after")


class ProjectError(Exception):
    """local.toml or a file it names is missing or wrong: file, key, cause and remedy in a line."""


@dataclass(frozen=True)
class StartInvoke:
    """A function to invoke before the API opens, or with `after_open` just after; and its event.

    It runs again when one of the data services `again_after` came back.
    """

    function: str
    event: bytes
    again_after: tuple[str, ...] = ()
    after_open: bool = False


@dataclass(frozen=True)
class LocalToml:
    """What the file says. `environment` still holds its {placeholders}.

    `servers` are the data servers that the application needs besides AWS's services; `links` are
    paths of its first API that people begin at, by what they are called. `api_destinations` are
    hosts that events may be sent to, `not_made` are custom resources that nobody is to make here,
    `stored` is what other stacks keep.
    """

    servers: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    start: tuple[StartInvoke, ...] = ()
    tokens_optional: bool = False
    allow_aws: bool = False
    iam: bool = False
    api_destinations: tuple[str, ...] = ()
    container_parameters: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    jobs: JobSettings = field(default_factory=JobSettings)
    not_made: tuple[str, ...] = ()
    stored: StoredValues = field(default_factory=StoredValues)


def read_local_toml(root: Path) -> LocalToml:
    """The file in `root`, which may be absent; raises ProjectError."""
    file = root / NAME
    if not file.exists():
        return LocalToml()
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProjectError(f"{NAME}: {error.strerror}") from error
    except RecursionError as error:
        raise ProjectError(f"{NAME}: nested too deeply") from error
    except ValueError as error:
        raise ProjectError(_one_line(f"{NAME}: not TOML: {error}")) from error
    _known("", values, _KEYS)
    servers = _servers(values.get("servers", []))
    environment = _table("environment", values.get("environment", {}))
    entries = values.get("start", [])
    if not isinstance(entries, list):
        raise _wrong("start", entries, "an array of tables", "write [[start]] with two brackets")
    running = ("aws", *servers)
    return LocalToml(
        servers,
        {name: _variable(name, value, servers) for name, value in environment.items()},
        tuple(_start(root, f"start[{at}]", entry, running) for at, entry in enumerate(entries)),
        _tokens_optional(_table("authorizers", values.get("authorizers", {}))),
        allow_aws=_truth("allow_aws", values),
        iam=_truth("iam", values),
        api_destinations=_hosts("api_destinations", values),
        container_parameters=_container_parameters(values.get("containers", {})),
        links=_links(_table("links", values.get("links", {}))),
        jobs=_jobs(root, _table("emr_serverless", values.get("emr_serverless", {}))),
        not_made=_not_made("not_made", values),
        stored=StoredValues(
            exports=_stored("exports", values.get("exports", {})),
            ssm=_stored("ssm", values.get("ssm", {})),
            secrets=_stored("secrets", values.get("secrets", {}), may_be_tables=True),
        ),
    )


def fill(name: str, text: str, places: Mapping[str, str]) -> str:
    """The variable with its {placeholders} filled; raises ProjectError on an unknown one."""

    def piece(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match[1] not in places:
            if server := _server_of(match[1]):
                raise ProjectError(
                    f"{NAME}: environment.{name}: {match[0]} is a place of {server}, which does "
                    f'not run: write servers = ["{server}"] at the top of {NAME}'
                )
            raise ProjectError(
                _one_line(
                    f"{NAME}: environment.{name}: {match[0]} in {text!r} is no place; known are "
                    f"{', '.join(f'{{{place}}}' for place in sorted(places))}, and a brace "
                    "itself is written twice"
                )
            )
        return places[match[1]]

    return _PIECE.sub(piece, text)


def _truth(key: str, values: Mapping[str, Any], place: str = "") -> bool:
    value = values.get(key, False)
    if not isinstance(value, bool):
        raise _wrong(f"{place}{key}", value, "a truth value", f"write {key} = true, without quotes")
    return value


def _stored(
    key: str,
    value: Any,  # noqa: ANN401 - whatever the file says
    *,
    may_be_tables: bool = False,
) -> dict[str, str]:
    """Texts by names; a secret of several values is a table, which becomes its JSON."""
    texts = {}
    for name, each in _table(key, value).items():
        is_table = may_be_tables and isinstance(each, dict)
        if is_table and all(isinstance(part, str) for part in each.values()):
            texts[name] = json.dumps(each)
        elif isinstance(each, str) and each:
            texts[name] = each
        else:
            what = "a text or a table of texts" if may_be_tables else "a text"
            raise _wrong(f"{key}.{name}", each, what, f'write it as "{name}" = "..."')
    return texts


def _hosts(key: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    hosts = values.get(key, [])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise _wrong(key, hosts, "a list of hosts", f'write {key} = ["hooks.example.com"]')
    for host in hosts:
        if re.fullmatch(r"[\w.-]+", host, re.ASCII) is None:
            raise _wrong(key, host, "a host", "write its name alone, without https:// and path")
    return tuple(hosts)


def _not_made(key: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    names = values.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _wrong(key, names, "a list of logical ids", f'write {key} = ["Seed"]')
    return tuple(names)


def _container_parameters(value: Any) -> dict[str, str]:  # noqa: ANN401 - whatever the file says
    table = _table("containers", value)
    _known("containers.", table, ("parameters",))
    parameters = _table("containers.parameters", table.get("parameters", {}))
    for name, each in parameters.items():
        if not isinstance(each, str):
            raise _wrong(f"containers.parameters.{name}", each, "a text", "write it in quotes")
    return parameters


def _jobs(root: Path, table: Mapping[str, Any]) -> JobSettings:
    """Paths are those below the file's folder."""
    _known("emr_serverless.", dict(table), _JOB_KEYS)
    for name, what in (("python", "a path"), ("install", "a command"), ("entry_point", "a path")):
        if not isinstance(table.get(name, ""), str):
            raise _wrong(f"emr_serverless.{name}", table[name], what, "write it in quotes")
    paths = table.get("python_path", [])
    if not isinstance(paths, list) or not all(isinstance(each, str) for each in paths):
        raise _wrong("emr_serverless.python_path", paths, "a list of paths", 'write ["src"]')
    python, entry_point = (table.get(name, "") for name in ("python", "entry_point"))
    return JobSettings(
        # Whether it is there is looked at when a job is run: it may be installed meanwhile.
        python=str(root / python) if "/" in python else python,
        entry_point=str(root / entry_point) if entry_point else "",
        python_path=tuple(str(root / each) for each in paths),
        install=table.get("install", ""),
    )


def _links(table: Mapping[str, Any]) -> dict[str, str]:
    for name, path in table.items():
        if not isinstance(path, str) or not path.startswith("/") or not path.isprintable():
            raise _wrong(f"links.{name}", path, "a path", 'write it as "/docs"')
    return dict(table)


def _tokens_optional(table: Mapping[str, Any]) -> bool:
    _known("authorizers.", table, ("tokens",))
    tokens = table.get("tokens", _TOKENS[0])
    if tokens not in _TOKENS:
        raise _wrong("authorizers.tokens", tokens, f"one of {', '.join(_TOKENS)}", "choose one")
    return bool(tokens == _TOKENS[1])


def _server_of(place: str | None) -> str | None:
    return next((server for server, places in _PLACES_OF.items() if place in places), None)


def _servers(names: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the file says
    known = f"there are {', '.join(sorted(DATA_SERVERS))}"
    if not isinstance(names, list):
        raise _wrong("servers", names, "a list", f"write a list of data servers; {known}")
    for name in names:
        if not isinstance(name, str) or name not in DATA_SERVERS:
            raise _wrong("servers", name, "a data server", known)
    return tuple(dict.fromkeys(names))


def _variable(name: str, value: Any, servers: tuple[str, ...]) -> str:  # noqa: ANN401 - the same
    if not name or "=" in name or "\0" in name:
        raise ProjectError(_one_line(f"{NAME}: environment: {name!r} cannot be a variable's name"))
    key = f"environment.{name}"
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str | int | float):
        text = _decimal(key, value)
    else:
        raise _wrong(key, value, "a text", f'write it as {name} = "..."')
    if "\0" in text:
        raise ProjectError(f"{NAME}: {key}: no variable can hold a NUL character; take it out")
    running = [place for server in servers for place in _PLACES_OF[server]]
    fill(name, text, dict.fromkeys([*_ALWAYS, *running], ""))
    return text


def _decimal(key: str, value: str | float) -> str:
    try:
        return str(value)
    except ValueError as error:
        raise ProjectError(f"{NAME}: {key}: the number is too long; write it in quotes") from error


def _start(
    root: Path,
    key: str,
    entry: Any,  # noqa: ANN401 - whatever the file says
    running: tuple[str, ...],
) -> StartInvoke:
    table = _table(key, entry, remedy="each entry is a [[start]] with a function")
    _known(f"{key}.", table, _START_KEYS)
    function = table.get("function")
    if not isinstance(function, str) or not function:
        raise _wrong(f"{key}.function", function, "a name", 'write function = "LogicalId"')
    return StartInvoke(
        function,
        _event(root, key, table),
        _services(key, table, running),
        after_open=_truth("after_open", table, f"{key}."),
    )


def _event(root: Path, key: str, table: Mapping[str, Any]) -> bytes:
    if "event" not in table:
        return b"{}"
    name = table["event"]
    if not isinstance(name, str) or not name:
        remedy = 'write event = "events/x.json", or leave it out for {}'
        raise _wrong(f"{key}.event", name, "a file's name", remedy)
    where = f"{NAME}: {key}.event: {name!r}"
    try:
        event = (root / name).read_bytes()
    except OSError as error:
        raise ProjectError(_one_line(f"{where}: {error.strerror}")) from error
    except ValueError as error:
        raise ProjectError(_one_line(f"{where}: {error}")) from error
    try:
        json.loads(event)
    except (ValueError, RecursionError) as error:
        raise ProjectError(_one_line(f"{where}: not JSON: {error}")) from error
    return event


def _services(key: str, table: Mapping[str, Any], running: tuple[str, ...]) -> tuple[str, ...]:
    names = table.get("again_after", [])
    known = f"there are {', '.join(sorted(running))}"
    if not isinstance(names, list):
        raise _wrong(f"{key}.again_after", names, "a list", f"write a list of services; {known}")
    for name in names:
        if not isinstance(name, str) or name not in running:
            raise _wrong(f"{key}.again_after", name, "a data service", known)
    return tuple(names)


def _table(key: str, value: Any, *, remedy: str = "") -> dict[str, Any]:  # noqa: ANN401 - the same
    if not isinstance(value, dict):
        raise _wrong(key, value, "a table", remedy or f"write [{key}] on a line of its own")
    return value


def _known(prefix: str, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    unknown: Iterator[str] = (key for key in table if key not in keys)
    for key in unknown:
        name = key if re.fullmatch(r"[\w-]+", key) else repr(key)
        raise ProjectError(
            _one_line(f"{NAME}: {prefix}{name}: unknown key; known are {', '.join(keys)}")
        )


def _wrong(key: str, value: Any, wanted: str, remedy: str) -> ProjectError:  # noqa: ANN401 - the same
    shown = "missing" if value is None else f"{_shown(value)}, not {wanted}"
    return ProjectError(_one_line(f"{NAME}: {key}: {shown}; {remedy}"))


def _shown(value: Any) -> str:  # noqa: ANN401 - the same
    try:
        text = repr(value)
    except ValueError:
        return "a very long number"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _one_line(text: str) -> str:
    return " ".join(text.split())
