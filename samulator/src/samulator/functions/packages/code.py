"""The folder that is a function's /var/task, made of whatever form its code has."""

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from samulator.functions.packages.commands import PackageError, make
from samulator.functions.packages.content import copy_content, digest_of, fingerprint
from samulator.functions.packages.store import Store
from samulator.template.model import Function

_ZIP_SUFFIXES = {".zip", ".jar"}
_CFNRESPONSE = Path(__file__).with_name("cfnresponse.py")


@dataclass(frozen=True)
class TaskRoots:
    """Makes and finds task roots; `progress` is told before anything that takes seconds."""

    store: Store
    progress: Callable[[str], None]

    def of(self, name: str, function: Function) -> Path:
        """Return the task root of a function by its logical id. Raises PackageError.

        A folder is used where it lies, so that a saved file is the file that runs.
        """
        if function.code_uri is None:
            return self._inline(name, function.inline_code or "")
        code = function.code_uri.absolute()
        if not code.exists():
            raise PackageError(f"{name}.CodeUri: no such file or folder: {code}")
        if function.build_method == "makefile":
            return self._made(name, code, function.runtime)
        if code.is_file():
            return self._of_file(name, code)
        parents = _parent_packages(function)
        return self._below(name, code, parents) if parents else code

    def _inline(self, name: str, text: str) -> Path:
        def write(target: Path) -> None:
            (target / "index.py").write_text(text, encoding="utf-8")
            # Lambda puts it beside inline code, and beside no other.
            shutil.copyfile(_CFNRESPONSE, target / _CFNRESPONSE.name)

        module = _CFNRESPONSE.read_text(encoding="utf-8")
        return self.store.get(f"inline-{name}", digest_of(text + module), write)

    def _of_file(self, name: str, code: Path) -> Path:
        if code.suffix in _ZIP_SUFFIXES:
            return unpacked(self.store, code)

        def link(target: Path) -> None:
            # A link, so that a saved file is the file that runs, and breakpoints are hit in it.
            (target / code.name).symlink_to(code)

        return self.store.get(f"file-{name}", digest_of(str(code)), link)

    def _made(self, name: str, code: Path, runtime: str) -> Path:
        def build(target: Path) -> None:
            self.progress(f"building {name}")
            made(name, code, target, runtime=runtime)

        return self.store.get(name, fingerprint("makefile", runtime, content=code), build)

    def _below(self, name: str, code: Path, parents: list[str]) -> Path:
        """BuildProperties.ParentPackages: the folder's content is a package below others."""

        def link(target: Path) -> None:
            place = target.joinpath(*parents)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(code)

        return self.store.get(f"package-{name}", digest_of(f"{code} {parents}"), link)


def unpacked(store: Store, archive: Path) -> Path:
    """Return the folder that a .zip file holds. Raises PackageError."""

    def unpack(target: Path) -> None:
        try:
            with zipfile.ZipFile(archive) as file:
                file.extractall(target)
        except zipfile.BadZipFile as error:
            raise PackageError(f"{archive}: {error}") from error

    return store.get(archive.stem, fingerprint("unpacked", content=archive), unpack)


def made(logical_id: str, content: Path, target: Path, *, runtime: str) -> None:
    """Leave in `target` what the Makefile in `content` builds. Raises PackageError.

    In a copy, as sam build: whatever the Makefile leaves beside its sources goes with it.
    """
    source, artifacts = target / content.name, target / ".artifacts"
    copy_content(content, source)
    artifacts.mkdir()
    make(logical_id, source, artifacts, runtime=runtime)
    shutil.rmtree(source)
    for path in target.iterdir():
        if path != artifacts:
            shutil.rmtree(path)
    for path in [*artifacts.iterdir()]:
        path.rename(target / path.name)
    artifacts.rmdir()


def _parent_packages(function: Function) -> list[str]:
    """The packages above the folder's content, which the handler's name starts with."""
    properties, code = function.build_properties, function.code_uri
    if properties.get("ParentPackageMode") == "auto" and code is not None:
        words = function.handler.split(".")
        for length in range(len(words) - 1, 0, -1):
            if list(code.parts[-length:]) == words[:length]:
                return words[:length]
    return [word for word in str(properties.get("ParentPackages") or "").split(".") if word]
