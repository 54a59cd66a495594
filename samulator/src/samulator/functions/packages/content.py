"""What a folder of the user's holds: its fingerprint, copies of it, and what is no code in it."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# What tools and the stack itself leave beside sources: never part of a package.
NO_CODE = frozenset(
    {
        *("__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
        *(".git", ".hg", ".svn", ".idea", ".tox", ".nox", ".venv", "venv", "node_modules"),
        *(".aws-sam", ".samulator", ".serverless", "cdk.out", "htmlcov", ".DS_Store"),
    }
)


def fingerprint(*words: str, content: Path) -> str:
    """Return a hash of `words` and of the file or folder `content`: names, modes and bytes."""
    digest = hashlib.sha256("\0".join(words).encode())
    for relative, path in files_of(content):
        status = path.stat()
        executable = bool(status.st_mode & 0o100)
        digest.update(f"\0{relative}\0{executable}\0{status.st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_no_code(folder: Path) -> bool:
    """Whether a folder below a user's is none of theirs: by its name, or a virtual environment."""
    return folder.name in NO_CODE or (folder / "pyvenv.cfg").is_file()


def digest_of(text: str) -> str:
    """Return a hash of what is no file."""
    return hashlib.sha256(text.encode()).hexdigest()


def files_of(content: Path) -> list[tuple[str, Path]]:
    """Files by their paths relative to `content`, in order; the name of a file that it is."""
    if content.is_file():
        return [(content.name, content)]
    return [(path.relative_to(content).as_posix(), path) for path in sorted(_walk(content))]


def _walk(content: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(content):
        names[:] = [name for name in names if not is_no_code(Path(folder, name))]
        for name in files:
            path = Path(folder, name)
            # Neither a socket nor a link that leads nowhere.
            if name not in NO_CODE and path.is_file():
                yield path


def copy_content(source: Path, target: Path) -> None:
    """Copy a folder without what tools leave behind in it."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if is_no_code(Path(folder, name))}

    shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True, ignore=ignored)
