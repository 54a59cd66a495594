"""Every way of saving and replacing files and folders is noticed; what is no save is not."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from samulator.functions.reload.watching import Change, Watching

# Looks so often that a missed notice costs nothing, or so rarely that it would be felt.
OFTEN, HARDLY_EVER = 0.01, 3600.0


class Seen:
    """The changes that were noticed so far."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._news = asyncio.Condition()

    async def add(self, changes: list[Change]) -> None:
        async with self._news:
            self.changes += changes
            self._news.notify_all()

    @property
    def paths(self) -> set[str]:
        return {path for change in self.changes for path in change.paths}

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(condition)


@asynccontextmanager
async def watching(*roots: Path, look_seconds: float = OFTEN, ignored: tuple[Path, ...] = ()):
    seen = Seen()
    watch = Watching(roots, ignored=ignored, look_seconds=look_seconds)

    async def collect() -> None:
        async for changes in watch.changes():
            await seen.add(changes)

    task = asyncio.create_task(collect())
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def save_in_place(app: Path) -> None:
    (app / "a.py").write_text("two")


def save_beside_and_rename(app: Path) -> None:
    (app / ".a.py.tmp").write_text("two")
    (app / ".a.py.tmp").replace(app / "a.py")


def save_as_vim_does(app: Path) -> None:
    (app / "a.py").rename(app / "a.py~")
    (app / "a.py").write_text("two")
    (app / "a.py~").unlink()


def save_with_the_same_size_and_time(app: Path) -> None:
    before = (app / "a.py").stat()
    (app / "a.py").write_text("ONE")
    os.utime(app / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def delete(app: Path) -> None:
    (app / "a.py").unlink()


def replace_by_a_folder(app: Path) -> None:
    (app / "a.py").unlink()
    (app / "a.py").mkdir()
    (app / "a.py/inner.py").write_text("two")


def replace_by_a_link(app: Path) -> None:
    (app.parent / "elsewhere.py").write_text("two")
    (app / "a.py").unlink()
    (app / "a.py").symlink_to(app.parent / "elsewhere.py")


def make_the_folder_anew(app: Path) -> None:
    shutil.copytree(app, app.parent / "copy")
    shutil.rmtree(app)
    shutil.copytree(app.parent / "copy", app)
    (app / "a.py").write_text("two")


def put_another_folder_in_its_place(app: Path) -> None:
    shutil.copytree(app, app.parent / "next")
    (app.parent / "next/a.py").write_text("two")
    app.rename(app.parent / "old")
    (app.parent / "next").rename(app)


def put_a_file_in_its_place(app: Path) -> None:
    shutil.rmtree(app)
    app.write_text("two")


WAYS = [
    save_in_place,
    save_beside_and_rename,
    save_as_vim_does,
    save_with_the_same_size_and_time,
    delete,
    replace_by_a_folder,
    replace_by_a_link,
    make_the_folder_anew,
    put_another_folder_in_its_place,
    put_a_file_in_its_place,
]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder of code; what else a test makes lies beside it."""
    app = tmp_path / "app"
    (app / "package").mkdir(parents=True)
    (app / "a.py").write_text("one")
    (app / "package/b.py").write_text("one")
    return app


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_saving_is_noticed(app: Path, way: Callable[[Path], None]) -> None:
    async def run() -> None:
        async with watching(app) as seen:
            way(app)
            await seen.wait_for(lambda: "a.py" in seen.paths)

    asyncio.run(run())


@pytest.mark.parametrize("way", WAYS)
def test_a_save_before_the_first_look_is_noticed(app: Path, way: Callable[[Path], None]) -> None:
    async def run() -> None:
        watch = Watching([app], look_seconds=OFTEN)
        way(app)
        async with asyncio.timeout(60):
            async for changes in watch.changes():
                if any("a.py" in change.paths for change in changes):
                    return

    asyncio.run(run())


@pytest.mark.parametrize(
    "way", [make_the_folder_anew, put_another_folder_in_its_place, put_a_file_in_its_place, delete]
)
def test_a_save_after_the_folder_was_replaced_is_noticed(
    app: Path, way: Callable[[Path], None]
) -> None:
    async def run() -> None:
        async with watching(app) as seen:
            way(app)
            await seen.wait_for(lambda: "a.py" in seen.paths)
            if app.is_file():
                app.unlink()
            app.mkdir(exist_ok=True)
            (app / "new.py").write_text("three")
            await seen.wait_for(lambda: "new.py" in seen.paths)

    asyncio.run(run())


def test_a_save_is_noticed_at_once_without_a_look_being_due(app: Path) -> None:
    async def run() -> None:
        async with watching(app, look_seconds=HARDLY_EVER) as seen:
            # The system's watch begins some time after the first look: save until it does.
            number = 0
            while not seen.paths:
                number += 1
                (app / "a.py").write_text(f"{number}")
                # Long enough for the folder to be quiet.
                await asyncio.sleep(0.3)
            assert seen.paths == {"a.py"}

    asyncio.run(run())


def test_folders_and_files_that_are_new_are_noticed_and_saved_again(app: Path) -> None:
    async def run() -> None:
        async with watching(app) as seen:
            (app / "deep/deeper").mkdir(parents=True)
            (app / "deep/deeper/c.py").write_text("one")
            await seen.wait_for(lambda: "deep/deeper/c.py" in seen.paths)
            seen.changes.clear()
            (app / "deep/deeper/c.py").write_text("two")
            await seen.wait_for(lambda: seen.paths == {"deep/deeper/c.py"})

    asyncio.run(run())


def test_thousands_of_files_at_once_are_all_noticed(app: Path) -> None:
    names = {f"many/{number}.py" for number in range(3000)}

    async def run() -> None:
        async with watching(app) as seen:
            (app / "many").mkdir()
            for name in names:
                (app / name).write_text("")
            await seen.wait_for(lambda: seen.paths == names)

    asyncio.run(run())


def test_a_folder_that_appears_later_is_noticed_and_one_that_goes_away_too(tmp_path: Path) -> None:
    async def run() -> None:
        app = tmp_path / "later"
        async with watching(app) as seen:
            app.mkdir()
            (app / "a.py").write_text("one")
            await seen.wait_for(lambda: "a.py" in seen.paths)
            shutil.rmtree(app)
            await seen.wait_for(lambda: Change(app, is_gone=True) in seen.changes)

    asyncio.run(run())


def test_a_folder_that_was_moved_away_and_back_has_not_changed(app: Path) -> None:
    async def run() -> None:
        async with watching(app) as seen:
            app.rename(app.parent / "away")
            await seen.wait_for(lambda: seen.changes == [Change(app, is_gone=True)])
            (app.parent / "away").rename(app)
            (app / "package/b.py").write_text("two")
            await seen.wait_for(lambda: len(seen.changes) > 1)
            assert seen.paths == {"package/b.py"}

    asyncio.run(run())


def test_a_link_that_leads_to_another_folder_is_followed(app: Path) -> None:
    release = app.parent / "release"
    shutil.copytree(app, release)
    (release / "a.py").write_text("two")
    link = app.parent / "link"
    link.symlink_to(app)

    async def run() -> None:
        async with watching(link) as seen:
            (app.parent / "new").symlink_to(release)
            (app.parent / "new").replace(link)
            await seen.wait_for(lambda: "a.py" in seen.paths)
            seen.changes.clear()
            (release / "a.py").write_text("three")
            await seen.wait_for(lambda: seen.paths == {"a.py"})

    asyncio.run(run())


def test_what_a_link_inside_leads_to_is_noticed_and_a_circle_ends(app: Path) -> None:
    outside = app.parent / "outside"
    outside.mkdir()
    (outside / "c.py").write_text("one")
    (app / "linked").symlink_to(outside)
    (app / "round").symlink_to(app)
    (app / "nowhere").symlink_to(app / "missing")

    async def run() -> None:
        async with watching(app) as seen:
            (outside / "c.py").write_text("two")
            await seen.wait_for(lambda: seen.paths == {"linked/c.py"})

    asyncio.run(run())


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_that_takes_the_folder_away_and_gives_it_back_is_followed(app: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=n", "-c", "user.email=e@example.com")
        subprocess.run(
            ["git", *identity, *arguments],
            cwd=app.parent,
            check=True,
            capture_output=True,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        )

    (app.parent / "other").write_text("")
    git("init", "--initial-branch", "main")
    git("add", "other")
    git("commit", "--message", "without the app")
    git("switch", "--create", "with")
    git("add", "app")
    git("commit", "--message", "with it")

    async def run() -> None:
        async with watching(app) as seen:
            git("switch", "main")
            await seen.wait_for(lambda: Change(app, is_gone=True) in seen.changes)
            git("switch", "with")
            await seen.wait_for(lambda: "a.py" in seen.paths)
            seen.changes.clear()
            (app / "a.py").write_text("two")
            await seen.wait_for(lambda: seen.paths == {"a.py"})
            seen.changes.clear()
            git("stash")
            await seen.wait_for(lambda: seen.paths == {"a.py"})

    asyncio.run(run())


def ignored_writes(app: Path) -> Iterator[None]:
    for name in (
        "__pycache__/a.cpython-311.pyc",
        "a.pyc",
        ".git/index",
        ".samulator/logs/F.log",
        "out.log",
        ".a.py.swp",
        "a.py~",
        "4913",
        "state/postgres/wal",
        ".venv/lib/site.py",
        ".pytest_cache/v",
    ):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text("x")
        yield


def test_what_tools_and_the_stack_write_among_code_is_no_change(app: Path) -> None:
    async def run() -> None:
        async with watching(app, ignored=(app / "state",)) as seen:
            for _ in ignored_writes(app):
                await asyncio.sleep(0)
            (app / "a.py").write_text("two")
            await seen.wait_for(lambda: bool(seen.changes))
            assert seen.paths == {"a.py"}

    asyncio.run(run())


def test_code_below_a_folder_of_an_ignored_name_is_watched(tmp_path: Path) -> None:
    app = tmp_path / ".samulator/app"
    app.mkdir(parents=True)

    async def run() -> None:
        async with watching(app) as seen:
            (app / "a.py").write_text("one")
            await seen.wait_for(lambda: seen.paths == {"a.py"})

    asyncio.run(run())


def test_packages_in_a_layer_are_code(tmp_path: Path) -> None:
    packages = tmp_path / "python/lib/python3.11/site-packages"
    packages.mkdir(parents=True)

    async def run() -> None:
        async with watching(tmp_path) as seen:
            (packages / "a.py").write_text("one")
            await seen.wait_for(lambda: bool(seen.paths))

    asyncio.run(run())


def test_roots_of_files_are_watched_through_being_replaced(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"

    async def run() -> None:
        async with watching(file) as seen:
            for number in range(3):
                (tmp_path / "saved").write_text(f"{number}")
                (tmp_path / "saved").replace(file)
                await seen.wait_for(lambda: seen.changes == [Change(file, ("",))])
                seen.changes.clear()
            file.unlink()
            await seen.wait_for(lambda: seen.changes == [Change(file, is_gone=True)])

    asyncio.run(run())


def test_two_saves_of_one_size_within_one_tick_of_the_clock_are_two(app: Path) -> None:
    async def run() -> None:
        async with watching(app) as seen:
            for number in range(10):
                (app / "a.py").write_text("one")
                (app / "a.py").write_text(f"{number:03}")
                await seen.wait_for(lambda: "a.py" in seen.paths)
                seen.changes.clear()

    asyncio.run(run())
