"""A real Chromium before the embedded stack, as `make up` starts it."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from samples.german import write_german
from samples.sales import write_sales
from testkit.http_calls import HttpCaller
from tests.embedded_stack import EmbeddedStack

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As little as can be of what a browser does besides showing pages.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",  # containers have little of it
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
# A page that takes so long hangs; a busy machine is only slow.
HANGS_AFTER_MS = 60_000
# So many times slower the pages are, on purpose: a test that acts before its page can fails then.
SLOWER = int(os.environ.get("BROWSER_SLOWER", "1"))
SLOWER_MS = 50  # that each answer of the network waits, for each time
Opens = Callable[..., Page]
People = Callable[..., list[dict[str, Any]]]
Suspend = Callable[[str], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Skips without a browser, or fails if BROWSER_REQUIRED is set."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        missing = "no Chromium or Chrome is on this machine"
        pytest.fail(missing) if os.environ.get("BROWSER_REQUIRED") else pytest.skip(missing)
    expect.set_options(timeout=HANGS_AFTER_MS)
    with sync_playwright() as playwright:
        # Chromium has no sandbox for root, as CI often is; it opens nothing but our own page.
        browser = playwright.chromium.launch(
            executable_path=found, args=QUIET, chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, stack: EmbeddedStack) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=stack.url, locale="en-GB", viewport={"width": 1200, "height": 800}
    )
    context.set_default_timeout(HANGS_AFTER_MS)
    yield context
    context.close()


@pytest.fixture
def opens(context: BrowserContext) -> Iterator[Opens]:
    """Opens the console in another tab; no tab may meet an error that nobody caught."""
    errors: list[str] = []

    def open_tab(address: str = "#users", **viewport: int) -> Page:
        page = new_tab(context, errors)
        page.on("dialog", lambda dialog: errors.append(f"a script ran: {dialog.message}"))
        if viewport:
            page.set_viewport_size({"width": 1200, "height": 800, **viewport})
        page.goto(f"/console{address}")
        # Its scripts go on after the load event; before they show a section nobody can use it.
        expect(page.locator("main > section:visible")).to_have_count(1)
        return page

    yield open_tab
    assert errors == []


def new_tab(context: BrowserContext, errors: list[str]) -> Page:
    """What no script of the tab caught, or its policy refused, comes to `errors`."""
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if is_refused(said.text) else None)
    if SLOWER > 1:
        devtools = context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        devtools.send(
            "Network.emulateNetworkConditions", {**conditions, "latency": SLOWER * SLOWER_MS}
        )
    return page


def is_refused(text: str) -> bool:
    return "Content Security Policy" in text


@pytest.fixture
def team() -> str:
    """A role that no other test's users have."""
    return f"team-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def api(stack: EmbeddedStack) -> HttpCaller:
    return HttpCaller(stack.url)


@pytest.fixture
def people(api: HttpCaller, team: str) -> People:
    """Creates users of the team, by their names."""

    def create(*names: str) -> list[dict[str, Any]]:
        created = []
        for number, name in enumerate(names):
            body = {"name": name, "email": f"{team}-{number}@example.com", "role": team}
            answer = api("POST", "/users/", body=body)
            assert answer.status == 201, answer.body
            created.append(answer.json())
        return created

    return create


@pytest.fixture
def suspended(stack: EmbeddedStack) -> Suspend:
    """Stops a data service of the stack from answering, without ending it."""

    @contextmanager
    def suspend(name: str) -> Iterator[None]:
        servers = processes(psutil.Process(stack.process.pid), name)
        assert servers, f"the stack runs no {name}"
        for server in servers:
            server.suspend()
        try:
            yield
        finally:
            for server in servers:
                server.resume()

    return suspend


def processes(parent: psutil.Process, name: str) -> Sequence[psutil.Process]:
    return [child for child in parent.children(recursive=True) if name in child.name()]


@pytest.fixture(scope="session")
def raw_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sales") / "raw.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_sales(file)
    return path


@pytest.fixture
def german_csv(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_german(file)
    return path
