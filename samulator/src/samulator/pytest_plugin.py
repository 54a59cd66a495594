"""Fixtures for tests of SAM applications; pytest finds them where samulator is installed."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from samulator import AppThread

TEMPLATE = "samulator_template"
RUNNING = pytest.StashKey["dict[str, AppThread]"]()
SEEN = pytest.StashKey[dict[str, int]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the setting that names the template."""
    parser.addini(TEMPLATE, "template (or its folder) of samulator_app", default=".")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RUNNING] = {}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remembers what each application had said before the test."""
    item.stash[SEEN] = {call: len(app.output) for call, app in item.config.stash[RUNNING].items()}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a test that failed what its applications said meanwhile."""
    report = yield
    if report.failed:
        seen = item.stash.get(SEEN, {})
        for call, app in item.config.stash[RUNNING].items():
            if said := app.output[seen.get(call, 0) :]:
                report.sections.append((f"samulator log of {call}", said))
    return report


@pytest.fixture(scope="session")
def sam_app(pytestconfig: pytest.Config) -> "Iterator[Callable[..., AppThread]]":
    """Starts applications: `sam_app(template, **options)` as `samulator.run` takes them.

    The same arguments give the same application. All stop at the end of the session.
    """
    from samulator import run_in_thread

    running = pytestconfig.stash[RUNNING]
    with ExitStack() as stack:

        def start(template: Any = ".", **options: Any) -> "AppThread":  # noqa: ANN401 - those of `run`
            named = [f"{name}={value!r}" for name, value in sorted(options.items())]
            call = f"sam_app({', '.join([repr(str(template)), *named])})"
            if call not in running:
                running[call] = stack.enter_context(run_in_thread(template, **options))
            return running[call]

        yield start


@pytest.fixture(scope="session")
def samulator_app(sam_app: "Callable[..., AppThread]", pytestconfig: pytest.Config) -> "AppThread":
    """The application that the setting `samulator_template` names, for all tests of the session."""
    return sam_app(pytestconfig.rootpath / str(pytestconfig.getini(TEMPLATE)))
