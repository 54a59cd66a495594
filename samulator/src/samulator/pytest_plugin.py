"""Fixtures for tests of SAM applications; pytest finds them where samulator is installed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from samulator import AppThread

TEMPLATE = "samulator_template"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the setting that names the template."""
    parser.addini(TEMPLATE, "template (or its folder) of samulator_app", default=".")


@pytest.fixture(scope="session")
def sam_app() -> "Iterator[Callable[..., AppThread]]":
    """Starts applications: `sam_app(template, **options)` as `samulator.run` takes them.

    The same arguments give the same application. All stop at the end of the session.
    """
    from samulator import run_in_thread

    running: dict[str, AppThread] = {}
    with ExitStack() as stack:

        def start(template: Any = ".", **options: Any) -> "AppThread":  # noqa: ANN401 - those of `run`
            key = repr((template, sorted(options.items())))
            if key not in running:
                running[key] = stack.enter_context(run_in_thread(template, **options))
            return running[key]

        yield start


@pytest.fixture(scope="session")
def samulator_app(sam_app: "Callable[..., AppThread]", pytestconfig: pytest.Config) -> "AppThread":
    """The application that the setting `samulator_template` names, for all tests of the session."""
    return sam_app(pytestconfig.rootpath / str(pytestconfig.getini(TEMPLATE)))
