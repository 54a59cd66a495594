"""A copy of the project, for tests that leave files in it; the user's own folder stays as it is."""

import shutil
from pathlib import Path

from tests.embedded_stack import ROOT

_STATE = (".git", ".samulator", ".aws-sam", ".hypothesis", "__pycache__", ".*_cache")
_INSTALLED = ".venv*"


def copy_project(target: Path) -> Path:
    """What is versioned, with the times that make goes by; what is installed is linked to."""
    left_out = shutil.ignore_patterns(*_STATE, _INSTALLED, "raw.csv", "out")
    shutil.copytree(ROOT, target, ignore=left_out, symlinks=True)
    for installed in ROOT.glob(_INSTALLED):
        (target / installed.name).symlink_to(installed)
    return target
