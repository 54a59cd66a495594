"""What a running stack's lock record says: its process, where it is, and how its services are."""

import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import IO

import psutil

from samulator.servers.ports import LOOPBACK, Ports

_CHECKSUM = "checksum"


@dataclass(frozen=True)
class Running:
    """What a running stack tells. `host` is the data services', `services` their states by name.

    `servers` are their processes: numbers, with the start times that tell them
    from processes that got their numbers later.
    """

    pid: int
    ports: Ports
    host: str = LOOPBACK
    services: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[int, float] = field(default_factory=dict)


def serialise(values: Mapping[str, object]) -> str:
    """A record with these fields."""
    return json.dumps({**values, _CHECKSUM: _checksum(values)})


def record_text(running: Running) -> str:
    servers = {str(pid): started for pid, started in running.servers.items()}
    return serialise({**asdict(running), "servers": servers})


def parse(file: IO[str]) -> Running:
    """Raises ValueError where it is no record, or is one that is just being written.

    One of another version lacks or has some fields.
    """
    values = json.load(file)
    try:
        if values.pop(_CHECKSUM) != _checksum(values):
            raise ValueError("half of one record, half of another")
        known = {each.name: values[each.name] for each in fields(Running) if each.name in values}
        known["ports"] = Ports(**known["ports"])
        known["servers"] = {int(pid): at for pid, at in values.get("servers", {}).items()}
        return Running(**known)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no record of a running stack: {error}") from error


def _checksum(values: Mapping[str, object]) -> int:
    """A record is written over the one before, and whoever reads meanwhile sees some of each.

    Keys are text, as they are when read: numbers would be sorted otherwise, 999 before 1000.
    """
    return zlib.crc32(json.dumps(values, sort_keys=True).encode())


def left_by_killed_stack(record: IO[str]) -> list[psutil.Process]:
    """Servers that outlive their stack: Linux ends them with it, macOS does not."""
    try:
        servers = parse(record).servers
    except ValueError:
        return []
    left = []
    for pid, started in servers.items():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if abs(process.create_time() - started) < 1:
                left.append(process)
    return left


def start_time(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None
