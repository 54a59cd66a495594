"""AWS's hello world in a folder of a test's own: what is built for it lies in there too."""

import shutil
from pathlib import Path

_SOURCE = Path(__file__).parents[1] / "hello_world"


def copy_hello_world(folder: Path) -> Path:
    """Copies it into a folder that is there, without what a start by hand may have left."""
    left_out = shutil.ignore_patterns(".samulator", "__pycache__")
    shutil.copytree(_SOURCE, folder, dirs_exist_ok=True, ignore=left_out)
    return folder
