"""What templates declare is served by what samulator installs, without anything of its tests."""

import json
import re
import subprocess
import sys
from pathlib import Path

from samulator.servers.aws.resources.plain import PLAIN

LOCK = Path(__file__).parents[2] / "requirements.txt"
# Of what is installed it finds the packages that are named to it alone.
PROGRAM = """
import json, re, sys
from importlib.metadata import packages_distributions

services, locked = json.loads(sys.argv[1])
beyond = {
    name
    for name, owners in packages_distributions().items()
    if not any(re.sub("[-_.]+", "-", owner).lower() in [*locked, "samulator"] for owner in owners)
}

class Locked:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in beyond:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Locked)
from moto.moto_server.werkzeug_app import create_backend_app
for service in services:
    try:
        create_backend_app(service)
    except ImportError as error:
        print(f"{service}: {error}")
"""


def test_each_service_of_a_plain_resource_is_installed() -> None:
    services = sorted({each.service for each in PLAIN.values()})
    locked = re.findall(r"^([a-z0-9-]+)==", LOCK.read_text(), re.MULTILINE)
    command = [sys.executable, "-c", PROGRAM, json.dumps([services, locked])]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == ""
