"""Wheels made on the spot, so that tests install with pip and ask no index."""

import zipfile
from pathlib import Path


def make_wheel(folder: Path, name: str, *, version: str = "1.0", tag: str = "py3-none-any") -> Path:
    """A wheel of one module that holds its own version; `tag` as wheels' names end."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{about}/RECORD"])
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in {**files, f"{about}/RECORD": record}.items():
            wheel.writestr(file, text)
    return path


def list_of(folder: Path, *requirements: str) -> str:
    """A list of requirements that pip answers from the wheels in `folder` alone."""
    return "\n".join(["--no-index", f"--find-links {folder}", *requirements, ""])
