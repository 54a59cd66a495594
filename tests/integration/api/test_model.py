"""The API against a model of itself, with cache and index going away and coming back at random."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.handler import HttpEntry
from api.settings import Settings
from tests.api_client import ApiClient, address
from tests.integration.api.conftest import Proxies, empty

pytestmark = pytest.mark.usefixtures("patient")

EMAILS = st.sampled_from(["ann@x.org", "Ann@X.org", "bob@x.org", "c+d@x.org"])
NAMES = st.sampled_from(["Grace Hopper", "Alan", "Ünal"])
ROLES = st.sampled_from(["admin", "guest"])
TAGS = st.sampled_from([None, "current", '"999"', "*"])
MAX_EXAMPLES = 15
STEPS = 25


class Users(RuleBasedStateMachine):
    """Subclassed with the services it runs on. Searches are for words that both engines find."""

    settings: Settings
    proxies: Proxies
    sync: Callable[..., Any]

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[str, dict[str, Any]] = {}
        self.sent: list[tuple[dict[str, str], dict[str, str], Any]] = []
        self.entries: list[HttpEntry] = []
        self.heal()

    @initialize()
    def begin(self) -> None:
        empty(self.settings)
        self.start()

    def start(self) -> None:
        entry = HttpEntry(lambda: self.settings.model_copy(update=self.proxies.settings()))
        self.entries.append(entry)
        self.api = ApiClient(entry)

    def heal(self) -> None:
        for proxy in (self.proxies.redis, self.proxies.opensearch):
            proxy.heal()

    @rule(service=st.sampled_from(["redis", "opensearch"]), reset=st.booleans())
    def lose(self, service: str, reset: bool) -> None:
        proxy = getattr(self.proxies, service)
        proxy.cut(reset=reset)
        proxy.refuse()

    @rule(service=st.sampled_from(["redis", "opensearch"]))
    def regain(self, service: str) -> None:
        getattr(self.proxies, service).allow()

    @rule(email=EMAILS, name=NAMES, delete=st.booleans())
    def write_while_the_cache_is_away(self, email: str, name: str, delete: bool) -> None:
        """What was cached before the outage is there again after it, and must not be believed."""
        self.regain("redis")
        self.read(email)
        self.lose("redis", reset=False)
        if delete:
            self.delete(email, None)
        else:
            self.change(email, {"name": name}, None)
        self.regain("redis")
        self.read(email)

    @rule()
    def run_in_another_environment(self) -> None:
        """What the first one could not tell the cache, the relay tells it."""
        self.sync()
        self.start()

    @rule(email=EMAILS, name=NAMES, role=ROLES)
    def create(self, email: str, name: str, role: str) -> None:
        body = {"name": name, "email": email, "role": role}
        key = {"Idempotency-Key": f"{len(self.sent)}"}
        answer = self.api.post("/users/", body, headers=key)
        if email.lower() in self.model:
            assert answer.status == 409
            return
        assert answer.status == 201
        assert body.items() <= answer.json().items()
        assert answer.json()["version"] == 1
        self.model[email.lower()] = answer.json()
        self.sent.append((body, key, answer.json()))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def create_again(self, data: st.DataObject) -> None:
        """A retry, however late: the first answer again, and nothing is done."""
        body, key, first = data.draw(st.sampled_from(self.sent))
        answer = self.api.post("/users/", body, headers=key)
        assert (answer.status, answer.json()) == (201, first)
        self.read(body["email"])

    @rule(email=EMAILS)
    def read(self, email: str) -> None:
        answer = self.api.get(address(email))
        expected = self.model.get(email.lower())
        assert (answer.status == 200) == (expected is not None)
        if expected is not None:
            assert answer.json() == expected

    @rule(
        email=EMAILS,
        changes=st.fixed_dictionaries({}, optional={"name": NAMES, "role": ROLES, "email": EMAILS}),
        tag=TAGS,
    )
    def change(self, email: str, changes: dict[str, str], tag: str | None) -> None:
        before = self.model.get(email.lower())
        answer = self.api.patch(address(email), changes, headers=self.condition(before, tag))
        target = changes.get("email", email).lower()
        if not changes:
            assert answer.status == 422
        elif before is None:
            assert answer.status == 404
        elif tag == '"999"':
            assert answer.status == 412
        elif target != email.lower() and target in self.model:
            assert answer.status == 409
        else:
            assert answer.status == 200
            after = answer.json()
            assert after == before | changes | {
                "version": before["version"] + 1,
                "updated_at": after["updated_at"],
            }
            del self.model[email.lower()]
            self.model[target] = after

    @rule(email=EMAILS, tag=TAGS)
    def delete(self, email: str, tag: str | None) -> None:
        before = self.model.get(email.lower())
        answer = self.api.delete(address(email), headers=self.condition(before, tag))
        if before is None:
            assert answer.status == 404
        elif tag == '"999"':
            assert answer.status == 412
        else:
            assert answer.status == 204
            del self.model[email.lower()]

    def condition(self, before: dict[str, Any] | None, tag: str | None) -> dict[str, str]:
        if tag == "current":
            tag = self.api.tag_of(before["email"]) if before else '"1"'
        return {} if tag is None else {"If-Match": tag}

    @rule(role=st.none() | ROLES, text=st.sampled_from(["x.org", "grace", "alan", "hopper grace"]))
    def search(self, role: str | None, text: str) -> None:
        """After a run of the relay, everything is found in its latest state, whoever answers."""
        self.sync()
        query = f"q={text}&limit=100" + (f"&role={role}" if role else "")
        answer = self.api.get("/users/search", query=query)
        found = {user["email"].lower(): user for user in answer.json()["items"]}
        assert answer.json()["total"] == len(found)
        assert found == {
            key: user for key, user in self.model.items() if self.matches(user, text, role)
        }

    @staticmethod
    def matches(user: dict[str, Any], text: str, role: str | None) -> bool:
        whole = f"{user['name']} {user['email']} {user['role']}".lower()
        return all(term in whole for term in text.split()) and role in (None, user["role"])

    @rule(role=st.none() | ROLES)
    def list(self, role: str | None) -> None:
        answer = self.api.get("/users/", query=f"role={role}" if role else "")
        expected = [user for user in self.model.values() if role in (None, user["role"])]
        created = sorted(expected, key=lambda user: (user["created_at"], user["id"]))
        assert answer.json()["items"] == created

    @precondition(lambda self: self.model)
    @rule()
    def read_everyone(self) -> None:
        for email, user in self.model.items():
            assert self.api.get(address(email)).json() == user

    def teardown(self) -> None:
        for entry in self.entries:
            entry.close()
        self.heal()


@pytest.mark.timeout(300)
def test_api_behaves_as_its_model_whatever_backs_it(
    settings: Settings, proxies: Proxies, sync: Callable[..., Any]
) -> None:
    fixed = {"settings": settings, "proxies": proxies, "sync": staticmethod(sync)}
    run_state_machine_as_test(
        type("UsersHere", (Users,), fixed),
        settings=hypothesis_settings(
            max_examples=MAX_EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        ),
    )
