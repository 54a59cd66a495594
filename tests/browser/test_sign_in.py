"""Signing in to the console of a stack where everybody needs a token, as on AWS."""

import json
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from samulator.http.issuer.token import Tokens
from samulator.issuer_keys import IssuerKeys
from tests.browser.conftest import HANGS_AFTER_MS, new_tab
from tests.browser.hosted_page import CLIENT, Pool, challenge, hosted
from tests.embedded_stack import EmbeddedStack, start_stack
from tests.strict_root import strict_root


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool()


@pytest.fixture(scope="module")
def pool_url(pool: Pool) -> Iterator[str]:
    with hosted(pool) as url:
        yield url


@pytest.fixture(scope="module")
def strict(
    tmp_path_factory: pytest.TempPathFactory, pool: Pool, pool_url: str
) -> Iterator[EmbeddedStack]:
    """A stack of its own: the other tests' asks for no token."""
    root = strict_root(
        tmp_path_factory.mktemp("strict"), SIGN_IN_URL=pool_url, SIGN_IN_CLIENT_ID=CLIENT
    )
    state = tmp_path_factory.mktemp("state")
    overrides = ["JwtIssuer=https://pool.invalid", f"JwtAudience={CLIENT}"]
    running = start_stack(state, root=root, options=["--parameter-overrides", *overrides])
    tokens = Tokens(IssuerKeys(state), running.lambda_url)
    pool.sign = lambda claims, seconds: tokens.sign(claims, seconds=seconds)
    pool.origin = running.url
    yield running
    assert running.interrupt() == 0, running.output.read_text()


@pytest.fixture
def page(browser: Browser, strict: EmbeddedStack) -> Iterator[Page]:
    """A tab that nobody has signed in at; it may meet no error that nobody caught."""
    errors: list[str] = []
    context = browser.new_context(base_url=strict.url, locale="en-GB")
    context.set_default_timeout(HANGS_AFTER_MS)
    yield new_tab(context, errors)
    context.close()
    assert errors == []


def sign_in(page: Page) -> None:
    page.goto("/console#users")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Continue as Ada").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def open_console(page: Page) -> None:
    """Returns when the page knows that nobody has signed in."""
    page.goto("/console")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def kept(page: Page, name: str) -> str | None:
    held: str | None = page.evaluate("name => sessionStorage.getItem(name)", name)
    return held


def outlive_token(page: Page) -> None:
    """The page takes its token for one that has ended."""
    page.evaluate("sessionStorage.setItem('token-ends', '1')")


def failure(page: Page, text: str) -> None:
    expect(page.locator("#sign-in-failure")).to_contain_text(text)


def test_who_signs_in_works_with_users_and_who_signs_out_does_not(page: Page) -> None:
    page.goto("/console#users")
    failure(page, "Sign in to go on.")
    sign_in(page)
    expect(page.locator("#users-count")).to_contain_text("No users")
    assert urlsplit(page.url)._replace(scheme="", netloc="").geturl() == "/console#users"
    assert page.evaluate("localStorage.length") == 0

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage)") == []


def test_an_answer_with_another_state_is_refused(page: Page) -> None:
    open_console(page)
    page.evaluate("""sessionStorage.setItem("sign-in", '{"state": "mine", "verifier": "v"}')""")
    page.goto("/console?code=somebody&state=elses")
    failure(page, "This is no answer to what this tab asked for.")
    assert kept(page, "token") is None


def test_a_code_that_was_asked_for_with_another_verifier_is_refused(page: Page, pool: Pool) -> None:
    code = code_of(pool, verifier="another", nonce="mine")
    come_back(page, code, {"state": "mine", "verifier": "own", "nonce": "mine"})
    failure(page, "Signing in failed: invalid_grant.")
    assert kept(page, "token") is None


def test_a_token_of_another_sign_in_is_refused(page: Page, pool: Pool) -> None:
    code = code_of(pool, verifier="own", nonce="another")
    come_back(page, code, {"state": "mine", "verifier": "own", "nonce": "mine"})
    failure(page, "The token is of another sign-in.")
    assert kept(page, "token") is None


def test_a_token_that_ended_is_renewed_and_asked_for_anew_where_that_is_refused(
    page: Page, pool: Pool
) -> None:
    sign_in(page)
    renewals = pool.renewals
    first = kept(page, "token")
    outlive_token(page)
    page.reload()
    expect(page.locator("#users-count")).to_contain_text("No users")
    assert pool.renewals == renewals + 1
    assert kept(page, "token") != first

    pool.refresh_tokens.clear()
    outlive_token(page)
    page.reload()
    failure(page, "Sign in to go on.")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert kept(page, "token") is None


def test_the_page_may_talk_to_the_pool_and_to_nobody_else(
    strict: EmbeddedStack, pool_url: str
) -> None:
    with urllib.request.urlopen(f"{strict.url}/console") as answer:
        policy = answer.headers["Content-Security-Policy"]
    (connect,) = [each for each in policy.split("; ") if each.startswith("connect-src")]
    assert connect.split()[1:] == ["'self'", strict.aws_url, pool_url]
    assert "unsafe" not in policy


def code_of(pool: Pool, *, verifier: str, nonce: str) -> str:
    goes_on = pool.authorise(
        {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": pool.callback,
            "scope": "openid",
            "state": "mine",
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
    )
    return parse_qs(urlsplit(goes_on).query)["code"][0]


def come_back(page: Page, code: str, begun: dict[str, str]) -> None:
    """As the pool sends people back, to a tab that began the sign-in so."""
    open_console(page)
    page.evaluate("begun => sessionStorage.setItem('sign-in', begun)", json.dumps(begun))
    page.goto(f"/console?code={code}&state=mine")
