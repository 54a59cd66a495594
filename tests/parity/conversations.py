"""What a client of the deployed API sees, as short conversations.

Each takes a caller (see testkit.http_calls) and asserts what AWS answers. They share one database
with each other and with earlier runs, so every user has an address of its own.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from testkit.http_calls import Answer
from testkit.timing import wait_until

Call = Callable[..., Answer]
PROBLEM = "application/problem+json"


def new_user(**values: object) -> dict[str, object]:
    return {
        "name": "Ada Lovelace",
        "email": f"ada-{uuid4().hex}@example.com",
        "role": "analyst",
    } | values


def path_of(user: dict[str, Any]) -> str:
    return f"/users/{quote(str(user['email']), safe='')}"


def status_tells_the_time(call: Call) -> None:
    answer = call("GET", "/status")
    assert answer.status == 200
    assert answer.json()["status"] == "running"
    told = datetime.fromisoformat(answer.json()["timestamp"])
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)


def ready_names_each_backend(call: Call) -> None:
    answer = call("GET", "/status/ready")
    assert answer.status == 200
    assert answer.json().keys() == {"postgres", "redis", "opensearch"}


def created_user_is_returned_with_its_place_and_version(call: Call) -> None:
    sent = new_user()
    answer = call("POST", "/users/", body=sent)
    assert answer.status == 201
    user = answer.json()
    assert {name: user[name] for name in sent} == sent
    assert UUID(user["id"])
    assert user["version"] == 1
    read = call("GET", answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == (user, answer.headers["etag"])


def both_slash_forms_work_without_redirect(call: Call) -> None:
    assert call("POST", "/users", body=new_user()).status == 201
    assert call("POST", "/users/", body=new_user()).status == 201
    assert call("GET", "/users").status == 200
    assert call("GET", "/users/").status == 200


def second_user_of_an_address_is_a_conflict(call: Call) -> None:
    user = new_user()
    assert call("POST", "/users/", body=user).status == 201
    again = call("POST", "/users/", body=user | {"email": str(user["email"]).upper()})
    assert again.status == 409
    assert again.headers["content-type"] == PROBLEM
    assert again.json().keys() >= {"type", "title", "status", "detail", "instance"}


def creation_sent_again_with_its_key_is_done_once(call: Call) -> None:
    user, key = new_user(), {"Idempotency-Key": uuid4().hex}
    first = call("POST", "/users/", body=user, headers=key)
    assert call("DELETE", path_of(user)).status == 204
    again = call("POST", "/users/", body=user, headers=key)
    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    assert call("GET", path_of(user)).status == 404
    other = call("POST", "/users/", body=new_user(), headers=key)
    assert (other.status, other.json()["type"]) == (422, "urn:problem:idempotency-key-reused")


def second_read_comes_from_the_cache(call: Call) -> None:
    def read_twice() -> bool:
        user = new_user()
        call("POST", "/users/", body=user)
        first, second = (call("GET", path_of(user)) for _ in range(2))
        assert first.json() == second.json()
        assert first.headers["etag"] == second.headers["etag"]
        return (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "hit")

    # On a busy machine a read does not wait for Redis until it answers.
    wait_until(read_twice)


def unchanged_user_is_not_sent_again(call: Call) -> None:
    user = new_user()
    tag = call("POST", "/users/", body=user).headers["etag"]
    answer = call("GET", path_of(user), headers={"If-None-Match": tag})
    assert answer.status == 304
    assert answer.body == b""


def stale_change_is_refused(call: Call) -> None:
    user = new_user()
    tag = call("POST", "/users/", body=user).headers["etag"]
    headers = {"If-Match": tag, "Content-Type": "application/merge-patch+json"}
    changed = call("PATCH", path_of(user), body={"role": "admin"}, headers=headers)
    assert (changed.status, changed.json()["version"]) == (200, 2)
    stale = call("PATCH", path_of(user), body={"role": "guest"}, headers=headers)
    assert stale.status == 412
    assert call("GET", path_of(user)).json()["role"] == "admin"


def deleted_user_is_gone(call: Call) -> None:
    user = new_user()
    call("POST", "/users/", body=user)
    gone = call("DELETE", path_of(user))
    assert (gone.status, gone.body) == (204, b"")
    assert call("GET", path_of(user)).status == 404


def odd_addresses_survive_the_path(call: Call) -> None:
    for local in ("a+b", "o'neil", "x/y", "é"):
        user = new_user(email=f"{local}.{uuid4().hex}@example.com")
        created = call("POST", "/users/", body=user)
        assert created.status == 201, (local, created.body)
        assert call("GET", path_of(user)).json()["email"] == user["email"]


def text_that_was_damaged_is_not_stored(call: Call) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"name": "caf\xe9", "email": "cafe@example.com", "role": "guest"}'
    answer = call("POST", "/users/", body=body, headers=headers)
    assert 400 <= answer.status <= 422
    assert answer.headers["content-type"] == PROBLEM


def address_that_no_path_can_hold_is_refused(call: Call) -> None:
    for email in ("50%@example.com", "a?b@example.com"):
        answer = call("POST", "/users/", body=new_user(email=email))
        assert answer.status == 422
        assert answer.json()["errors"][0]["pointer"].lstrip("#") == "/email"


def new_user_is_found_by_name(call: Call) -> None:
    name = f"Zo{uuid4().hex[:10]}"
    call("POST", "/users/", body=new_user(name=f"{name} Müller"))
    found = call("GET", f"/users/search?q={quote(name)}&limit=5")
    assert found.status == 200
    assert [user["name"] for user in found.json()["items"]] == [f"{name} Müller"]


def pages_follow_their_links(call: Call) -> None:
    role = f"r{uuid4().hex[:12]}"
    sent = [new_user(role=role) for _ in range(3)]
    for user in sent:
        call("POST", "/users/", body=user)
    first = call("GET", f"/users/?role={role}&limit=2")
    link = re.fullmatch(r'<(.+)>; rel="next"', first.headers["link"])
    assert link
    second = call("GET", link[1])
    emails = [user["email"] for page in (first, second) for user in page.json()["items"]]
    assert sorted(emails) == sorted(str(user["email"]) for user in sent)
    assert second.json()["next_cursor"] is None


def head_is_get_without_a_body(call: Call) -> None:
    answer = call("HEAD", "/status")
    assert (answer.status, answer.body) == (200, b"")


def unknown_path_is_a_problem(call: Call) -> None:
    answer = call("GET", "/nowhere")
    assert answer.status == 404
    assert answer.headers["content-type"] == PROBLEM


def wrong_method_names_the_right_ones(call: Call) -> None:
    answer = call("PUT", "/users/")
    assert answer.status == 405
    assert {"GET", "POST"} <= set(re.split(r"\s*,\s*", answer.headers["allow"]))


def invalid_user_names_each_field(call: Call) -> None:
    answer = call("POST", "/users/", body={"name": "", "email": "nonsense"})
    assert answer.status == 422
    assert answer.headers["content-type"] == PROBLEM
    pointers = {error["pointer"].lstrip("#") for error in answer.json()["errors"]}
    assert pointers == {"/name", "/email", "/role"}


def what_is_not_json_is_refused(call: Call) -> None:
    answer = call(
        "POST", "/users/", body=b'{"name": ', headers={"Content-Type": "application/json"}
    )
    assert 400 <= answer.status <= 422
    assert answer.headers["content-type"] == PROBLEM


def binary_body_is_refused_by_the_application(call: Call) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    answer = call("POST", "/users/", body=bytes(range(256)), headers=headers)
    assert answer.status in (400, 415, 422)
    assert answer.headers["content-type"] == PROBLEM


def request_id_is_echoed(call: Call) -> None:
    wanted = uuid4().hex
    answer = call("GET", "/status", headers={"X-Request-Id": wanted})
    assert answer.headers["x-request-id"] == wanted
    assert call("GET", "/status").headers["x-request-id"]


def list_of_datasets_that_there_is_not_is_refused(call: Call) -> None:
    for query in ("sort=size", "limit=101", "cursor=abc"):
        answer = call("GET", f"/datasets/?{query}")
        assert (answer.status, answer.headers["content-type"]) == (422, PROBLEM)


def documentation_needs_no_other_host(call: Call) -> None:
    assert call("GET", "/openapi.json").json()["openapi"].startswith("3.")
    page = call("GET", "/docs")
    assert page.status == 200
    assert b"cdn" not in page.body


CONVERSATIONS: tuple[Callable[[Call], None], ...] = (
    status_tells_the_time,
    ready_names_each_backend,
    created_user_is_returned_with_its_place_and_version,
    both_slash_forms_work_without_redirect,
    second_user_of_an_address_is_a_conflict,
    creation_sent_again_with_its_key_is_done_once,
    second_read_comes_from_the_cache,
    unchanged_user_is_not_sent_again,
    stale_change_is_refused,
    deleted_user_is_gone,
    odd_addresses_survive_the_path,
    text_that_was_damaged_is_not_stored,
    address_that_no_path_can_hold_is_refused,
    new_user_is_found_by_name,
    pages_follow_their_links,
    head_is_get_without_a_body,
    unknown_path_is_a_problem,
    wrong_method_names_the_right_ones,
    invalid_user_names_each_field,
    what_is_not_json_is_refused,
    binary_body_is_refused_by_the_application,
    request_id_is_echoed,
    list_of_datasets_that_there_is_not_is_refused,
    documentation_needs_no_other_host,
)
