"""Runtimes that this machine has, and those it lacks."""

import sys
from pathlib import Path

import pytest

from samulator.functions.interpreter import OWN_RUNTIME, find_interpreter, with_installed_runtimes
from samulator.template.model import Application, Function, TemplateError


def application_on(*runtimes: str) -> Application:
    functions = {
        f"F{number}": Function(f"F{number}", Path(), "a.b", runtime, 3, 128, {})
        for number, runtime in enumerate(runtimes)
    }
    return Application(functions=functions, layers={}, buckets={}, queues={})


def test_own_runtime_is_the_running_interpreter():
    assert find_interpreter(OWN_RUNTIME) == sys.executable


def test_missing_runtime_is_named():
    with pytest.raises(TemplateError, match=r"Runtime python3\.99 is not installed here"):
        find_interpreter("python3.99")


def test_missing_runtime_is_replaced_with_a_warning():
    application = with_installed_runtimes(application_on("python3.99", OWN_RUNTIME, "python3.99"))

    assert {function.runtime for function in application.functions.values()} == {OWN_RUNTIME}
    (warning,) = application.warnings
    assert warning.startswith("python3.99 is not installed here: its functions run on python3.")


def test_installed_runtimes_stay_as_they_are():
    application = application_on(OWN_RUNTIME)

    assert with_installed_runtimes(application) == application
