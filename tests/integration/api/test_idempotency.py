"""A create that is sent again, by its caller, a gateway or the driver, is done once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.database.connection import Database
from api.settings import Settings
from api.users.idempotency import idempotency_key
from api.wiring import build_database
from samulator.servers.group import Servers
from testkit.timing import LONG_SECONDS
from tests.api_client import Answer, ApiClient, address
from tests.environments import event_loop, logged_in, run_together
from tests.integration.api.conftest import MakeApi, Proxies, migration_settings_for

ADA = "ada@example.com"
BODY = {"name": "Ada", "email": ADA, "role": "admin"}


def create(api: ApiClient, key: str, body: Any = BODY, **options: Any) -> Answer:
    return api.post("/users/", body, headers={"Idempotency-Key": key}, **options)


def assert_problem(answer: Answer, status: int, slug: str) -> None:
    assert (answer.status, answer.json()["type"]) == (status, f"urn:problem:{slug}"), answer.body


def emails(api: ApiClient) -> list[str]:
    return [user["email"] for user in api.get("/users/").json()["items"]]


def assert_same_answer(answer: Answer, first: Answer) -> None:
    assert (answer.status, answer.body) == (first.status, first.body) == (201, first.body)
    for name in ("etag", "location"):
        assert answer.headers[name] == first.headers[name]


def test_repeat_gets_the_same_answer_and_makes_no_second_user(
    api: ApiClient, make_api: MakeApi
) -> None:
    first = create(api, "k-1")
    assert_same_answer(create(api, "k-1"), first)
    assert_same_answer(create(make_api(), "k-1"), first)
    assert_same_answer(create(api, "k-1", BODY | {"name": "  Ada\n"}), first)
    assert emails(api) == [ADA]
    assert api.get(address(ADA)).json() == first.json()


def test_repeat_after_a_deletion_does_not_undo_it(api: ApiClient) -> None:
    first = create(api, "k")
    api.delete(address(ADA))
    assert_same_answer(create(api, "k"), first)
    assert api.get(address(ADA)).status == 404
    other = create(api, "k-2")
    assert other.json()["id"] != first.json()["id"]
    assert_same_answer(create(api, "k"), first)
    assert api.get(address(ADA)).json() == other.json()


def test_repeat_after_a_change_gets_the_user_as_it_was_created(api: ApiClient) -> None:
    first = create(api, "k")
    changed = api.patch(address(ADA), {"name": "Grace"}).json()
    assert_same_answer(create(api, "k"), first)
    assert api.get(address(ADA)).json() == changed


@pytest.mark.parametrize("change", [{"name": "Grace"}, {"email": "ADA@example.com"}, {"role": "x"}])
def test_key_with_another_body_is_refused(api: ApiClient, change: dict[str, str]) -> None:
    create(api, "k")
    assert_problem(create(api, "k", BODY | change), 422, "idempotency-key-reused")
    assert emails(api) == [ADA]


def test_refusal_is_not_remembered(api: ApiClient) -> None:
    api.create(ADA)
    assert_problem(create(api, "k"), 409, "email-taken")
    assert create(api, "k", BODY | {"name": ""}).status == 422
    api.delete(address(ADA))
    assert create(api, "k").status == 201


def test_keys_of_one_caller_mean_nothing_for_another(api: ApiClient) -> None:
    def as_caller(subject: str, body: Any) -> Answer:
        return create(api, "k", body, claims={"sub": subject, "scope": "users:write"})

    first = as_caller("one", BODY)
    assert first.status == 201
    assert_problem(as_caller("two", BODY), 409, "email-taken")
    assert as_caller("two", BODY | {"email": "two@example.com"}).status == 201
    assert as_caller("", BODY | {"email": "three@example.com"}).status == 201
    program = {"client_id": "four", "scope": "users:write"}
    fourth = create(api, "k", BODY | {"email": "four@example.com"}, claims=program)
    assert fourth.status == 201
    assert_same_answer(as_caller("one", BODY), first)


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é", "a\tb", "\x7f", "\u4e00", "a\n"])
def test_key_that_is_none_is_refused_and_nothing_made(api: ApiClient, key: str) -> None:
    answer = create(api, key)
    assert_problem(answer, 422, "invalid-input")
    said = "Idempotency-Key must be 1 to 255 visible ASCII characters."
    assert answer.json()["errors"] == [{"parameter": "Idempotency-Key", "detail": said}]
    assert emails(api) == []


@pytest.mark.parametrize("key", ["x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "~!%,;"])
def test_any_visible_text_is_a_key(api: ApiClient, key: str) -> None:
    assert_same_answer(create(api, key), create(api, key))


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = build_database(settings)
    yield opened
    opened.close()


def test_same_key_while_the_first_is_processed_is_a_conflict(
    api: ApiClient, database: Database
) -> None:
    lock = idempotency_key("k", caller="").lock
    with database.transaction() as session:
        session.run("SELECT pg_advisory_xact_lock(:lock)", lock=lock)
        answer = create(api, "k")
        assert_problem(answer, 409, "request-in-progress")
        assert int(answer.headers["retry-after"]) >= 1
        assert create(api, "other", BODY | {"email": "other@example.com"}).status == 201
    assert create(api, "k").status == 201


def test_many_at_once_with_one_key_make_one_user(api: ApiClient, make_api: MakeApi) -> None:
    environments = logged_in(make_api, 12)
    barrier = threading.Barrier(len(environments))
    answers: list[Answer] = []

    def attempt(environment: ApiClient) -> None:
        barrier.wait()
        answers.append(create(environment, "k"))

    run_together([lambda one=one: attempt(one) for one in environments])
    statuses = Counter(answer.status for answer in answers)
    assert statuses.keys() <= {201, 409}
    made = [answer for answer in answers if answer.status == 201]
    for answer in made:
        assert_same_answer(answer, made[0])
    for answer in answers:
        if answer.status == 409:
            assert_problem(answer, 409, "request-in-progress")
    assert emails(api) == [ADA]
    assert_same_answer(create(api, "k"), made[0])


def test_keys_are_forgotten_when_they_have_expired(
    api: ApiClient, settings: Settings, services: Servers, sync: Callable[..., Any]
) -> None:
    first = create(api, "k")
    assert sync()["keys_forgotten"] == 0
    assert_same_answer(create(api, "k"), first)
    owner = migration_settings_for(services, settings.database_name).as_owner()
    database = build_database(owner)
    database.run("UPDATE idempotency_keys SET expires_at = expires_at - interval '25 hours'")
    database.close()
    assert sync()["keys_forgotten"] == 1
    assert create(api, "k", BODY | {"email": "new@example.com"}).status == 201


def test_key_is_remembered_for_a_day(api: ApiClient, database: Database) -> None:
    create(api, "k")
    api.create("keyless@example.com")
    lifetimes = database.run(
        "SELECT extract(epoch FROM expires_at - created_at)::int FROM idempotency_keys"
        " ORDER BY expires_at DESC"
    )
    assert lifetimes == [[24 * 60 * 60], [10 * 60]]


# ---- the driver's own repeat


@pytest.fixture
def patient_api(monkeypatch: pytest.MonkeyPatch, make_api: MakeApi, proxies: Proxies) -> ApiClient:
    """Reaches PostgreSQL through its proxy, and takes a slow machine for no lost answer."""
    monkeypatch.setitem(build_database.__kwdefaults__, "answer_seconds", LONG_SECONDS)
    return make_api(**proxies.settings())


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["without a key", "with a key"])
def test_create_whose_answer_was_lost_is_answered_as_it_was_done(
    patient_api: ApiClient, proxies: Proxies, key: dict[str, str]
) -> None:
    patient_api.create("warm@example.com")
    proxies.postgres.lose_answer(lambda: None)
    answer = patient_api.post("/users/", BODY, headers=key)
    assert answer.status == 201
    assert patient_api.get(address(ADA)).json() == answer.json()


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["without a key", "with a key"])
@pytest.mark.parametrize("made_anew", [False, True], ids=["deleted", "deleted and made anew"])
def test_create_whose_answer_was_lost_undoes_nobodys_deletion(
    patient_api: ApiClient,
    make_api: MakeApi,
    proxies: Proxies,
    key: dict[str, str],
    made_anew: bool,
) -> None:
    patient_api.create("warm@example.com")
    other = make_api()
    done: list[Answer] = []

    def meanwhile() -> None:
        with event_loop():
            done.append(other.delete(address(ADA)))
            if made_anew:
                done.append(other.post("/users/", BODY | {"name": "Other"}))

    proxies.postgres.lose_answer(meanwhile)
    answer = patient_api.post("/users/", BODY, headers=key)
    assert [one.status for one in done] == ([204, 201] if made_anew else [204])
    assert (answer.status, answer.json()["name"]) == (201, "Ada")
    now = other.get(address(ADA))
    if made_anew:
        assert now.json() == done[1].json()
    else:
        assert now.status == 404


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_change_whose_answer_was_lost_is_not_tried_again(
    patient_api: ApiClient, proxies: Proxies, method: str
) -> None:
    """Another change may have come between: whether to repeat is the caller's decision."""
    patient_api.create(ADA)
    patient_api.call(method, address("nobody@example.com"), body={"name": "warm"})
    proxies.postgres.lose_answer(lambda: None)
    answer = patient_api.call(method, address(ADA), body={"name": "Grace"})
    assert answer.status == 503
    again = patient_api.get(address(ADA))
    assert again.status == 404 if method == "DELETE" else again.json()["version"] == 2
