"""Systems Manager without the machines of EC2, until one of them is asked for.

moto's SSM imports all of EC2, which reads every instance type there is: 1.4 s of processor time
and 90 MB, for a call that describes instances.
"""

import importlib
import sys
from types import ModuleType

_EC2 = "moto.ec2"


class _Backends:
    """Stands for moto's backends of EC2, which are imported at their first use."""

    def __getitem__(self, account: str) -> object:
        return importlib.import_module(_EC2).ec2_backends[account]


def import_parameters() -> None:
    """Import moto's SSM with this in the place of EC2, unless EC2 is there already."""
    if _EC2 in sys.modules or "moto.ssm" in sys.modules:
        return
    stand_in = ModuleType(_EC2)
    stand_in.ec2_backends = _Backends()  # type: ignore[attr-defined]
    sys.modules[_EC2] = stand_in
    try:
        importlib.import_module("moto.ssm")
    finally:
        del sys.modules[_EC2]
