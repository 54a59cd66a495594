"""Ctrl-C while the commands are still being imported."""

import subprocess
import sys

_INTERRUPTED = """
import runpy
import sys


class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == "samulator.control.project":
            raise KeyboardInterrupt


sys.meta_path.insert(0, Interrupting())
runpy.run_module("samulator", run_name="__main__")
"""


def test_ctrl_c_during_the_imports_ends_without_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "")
