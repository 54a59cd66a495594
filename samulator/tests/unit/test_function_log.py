"""Files of what functions log: written line by line, wherever the file has gone meanwhile."""

import shutil
import stat
import time
from collections.abc import Callable
from pathlib import Path

from samulator.control.function_log import FunctionLogs, split_stamp


def lines(folder: Path) -> list[str]:
    return [split_stamp(line)[1] for line in (folder / "F.log").read_text().splitlines()]


def test_a_line_is_in_the_file_at_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    logs = FunctionLogs(tmp_path)
    logs.keep("F", "first")
    assert lines(tmp_path) == ["first"]
    assert stat.S_IMODE((tmp_path / "F.log").stat().st_mode) == 0o600
    logs.keep("F", "ä \udc80")
    assert lines(tmp_path) == ["first", "ä \\udc80"]


def test_a_file_or_folder_that_was_removed_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    logs = FunctionLogs(folder)
    logs.keep("F", "before")
    (folder / "F.log").unlink()
    logs.keep("F", "between")
    assert lines(folder) == ["between"]
    shutil.rmtree(folder)
    logs.keep("F", "after")
    assert lines(folder) == ["after"]


def test_many_lines_cost_no_more_than_writing_them(tmp_path: Path) -> None:
    logs = FunctionLogs(tmp_path)
    kept = min(_seconds(lambda: logs.keep("F", "x" * 80)) for _ in range(5))

    def opened() -> None:
        with (tmp_path / "other").open("a", encoding="utf-8") as file:
            file.write("x" * 80)

    assert kept < min(_seconds(opened) for _ in range(5))


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    for _ in range(500):
        work()
    return time.perf_counter() - begin
