"""What HTTP promises: conditions, methods, media types, ids, addresses, problems."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.api_client import Answer, ApiClient, address

ADA = "ada@example.com"
PROBLEM = {"type", "title", "status", "detail", "instance"}


def assert_problem(answer: Answer, status: int) -> Any:
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() >= PROBLEM
    assert problem["status"] == status
    assert problem["instance"] == f"urn:request:{answer.headers['x-request-id']}"
    return problem


@pytest.fixture
def ada(api: ApiClient) -> Any:
    return api.create(ADA)


# ---- conditions


def test_known_version_is_304_from_the_database_and_from_the_cache(
    api: ApiClient, ada: Any
) -> None:
    tag = api.patch(address(ADA), {"name": ada["name"]}).headers["etag"]
    for cache in ("miss", "hit"):
        answer = api.get(address(ADA), headers={"If-None-Match": f'"7", W/{tag}'})
        assert (answer.status, answer.body) == (304, b"")
        assert (answer.headers["x-cache"], answer.headers["etag"]) == (cache, tag)
        assert "content-type" not in answer.headers
    assert api.get(address(ADA), headers={"If-None-Match": "*"}).status == 304
    assert api.get(address(ADA), headers={"If-None-Match": '"2"'}).status == 200


@pytest.mark.parametrize("tag", ["{}", '"9", {}', "*", '"x",{} , W/{}'])
def test_matching_condition_lets_a_change_through(api: ApiClient, ada: Any, tag: str) -> None:
    before = api.tag_of(ADA)
    named = tag.replace("{}", before)
    answer = api.patch(address(ADA), {"name": "Grace"}, headers={"If-Match": named})
    assert answer.status == 200
    assert answer.headers["etag"] == api.tag_of(ADA) != before
    assert answer.json()["version"] == 2


@pytest.mark.parametrize("tag", ['"1"', "W/{}", '"99999999999999999999"', '""', '"x"'])
def test_other_condition_is_412_and_changes_nothing(api: ApiClient, ada: Any, tag: str) -> None:
    for method in ("PATCH", "DELETE"):
        body = {"name": "Grace"} if method == "PATCH" else None
        named = tag.replace("{}", api.tag_of(ADA))
        answer = api.call(method, address(ADA), body=body, headers={"If-Match": named})
        problem = assert_problem(answer, 412)
        assert api.tag_of(ADA) in problem["detail"]
    assert api.get(address(ADA)).json() == ada


def test_tag_of_a_user_who_was_deleted_never_fits_who_has_the_email_now(
    api: ApiClient, ada: Any
) -> None:
    old = api.tag_of(ADA)
    assert api.delete(address(ADA), headers={"If-Match": old}).status == 204
    assert api.create(ADA)["version"] == ada["version"]
    assert api.tag_of(ADA) != old
    assert_problem(api.patch(address(ADA), {"name": "X"}, headers={"If-Match": old}), 412)
    assert_problem(api.delete(address(ADA), headers={"If-Match": old}), 412)
    assert api.get(address(ADA), headers={"If-None-Match": old}).status == 200


@pytest.mark.parametrize("tag", ["1", '"1', '"1" "2"', "W/*", ""])
def test_malformed_condition_is_refused_not_ignored(api: ApiClient, ada: Any, tag: str) -> None:
    problem = assert_problem(api.delete(address(ADA), headers={"If-Match": tag}), 422)
    assert problem["errors"][0]["parameter"] == "If-Match"
    assert api.get(address(ADA)).status == 200


def test_condition_on_a_user_that_is_not_there_is_404(api: ApiClient) -> None:
    for tag in ("*", '"1"'):
        assert_problem(api.delete(address(ADA), headers={"If-Match": tag}), 404)
        changed = api.patch(address(ADA), {"name": "G"}, headers={"If-Match": tag})
        assert_problem(changed, 404)


# ---- merge patch


def test_patch_changes_what_it_names_and_nothing_else(api: ApiClient, ada: Any) -> None:
    answer = api.patch(
        address(ADA),
        {"role": " owner "},
        headers={"Content-Type": "application/merge-patch+json; charset=utf-8"},
    )
    changed = answer.json()
    assert changed["role"] == "owner"
    assert changed["updated_at"] > ada["updated_at"]
    same = ("id", "name", "email", "created_at")
    assert {name: changed[name] for name in same} == {name: ada[name] for name in same}
    assert api.get(address(ADA)).json() == changed


@pytest.mark.parametrize(
    "body",
    [{"name": None}, {}, {"id": "x"}, {"nmae": "x"}, {"name": 3}, [], "x", None, {"email": "x"}],
)
def test_patch_that_is_none_is_refused(api: ApiClient, ada: Any, body: Any) -> None:
    assert_problem(api.patch(address(ADA), json.dumps(body).encode()), 422)
    assert api.get(address(ADA)).json() == ada


def test_changed_email_moves_the_user_and_frees_the_old_address(api: ApiClient, ada: Any) -> None:
    api.get(address(ADA))
    answer = api.patch(address(ADA), {"email": "Countess@example.com"})
    assert answer.status == 200
    assert answer.headers["content-location"] == "/users/Countess@example.com"
    assert_problem(api.get(address(ADA)), 404)
    assert api.get(address("countess@example.com")).json() == answer.json()
    again = api.create(ADA)
    assert again["id"] != ada["id"]
    assert api.get(address(ADA)).json() == again


def test_email_may_change_its_case_only(api: ApiClient, ada: Any) -> None:
    assert api.patch(address(ADA), {"email": "ADA@example.com"}).status == 200
    assert api.get(address(ADA)).json()["email"] == "ADA@example.com"


def test_email_of_another_user_is_a_conflict(api: ApiClient, ada: Any) -> None:
    api.create("bob@example.com")
    assert_problem(api.patch(address("bob@example.com"), {"email": "ADA@example.com"}), 409)
    assert api.get(address("bob@example.com")).json()["version"] == 1


def test_deleted_and_created_anew_is_never_read_as_the_old_one(api: ApiClient, ada: Any) -> None:
    for round_ in range(3):
        api.get(address(ADA))
        assert api.delete(address(ADA)).status == 204
        assert_problem(api.get(address(ADA)), 404)
        created = api.create(ADA, name=f"Ada {round_}")
        assert api.get(address(ADA)).json() == created
        changed = api.patch(address(ADA), {"name": "changed"}).json()
        assert api.get(address(ADA)).json() == changed


# ---- methods, paths


@pytest.mark.parametrize(
    "path", ["/status", "/status/ready", "/users/", "/openapi.json", "/docs", address(ADA)]
)
def test_head_is_get_without_a_body(api: ApiClient, ada: Any, path: str) -> None:
    head, full = api.call("HEAD", path), api.get(path)
    assert (head.status, head.body) == (full.status, b"") == (200, b"")
    assert head.headers["content-type"] == full.headers["content-type"]
    assert head.headers["content-length"] == f"{len(full.body)}"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/users/", "GET, HEAD, POST, OPTIONS"),
        ("POST", address(ADA), "DELETE, GET, HEAD, PATCH, OPTIONS"),
        ("POST", "/users/search", "GET, HEAD, OPTIONS"),
        ("DELETE", "/status/", "GET, HEAD, OPTIONS"),
        ("TRACE", "/datasets/uploads/", "POST, OPTIONS"),
        ("POST", "/openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_wrong_method_is_405_naming_the_right_ones(
    api: ApiClient, method: str, path: str, allow: str
) -> None:
    answer = api.call(method, path)
    assert_problem(answer, 405)
    assert answer.headers["allow"] == allow
    options = api.call("OPTIONS", path)
    assert (options.status, options.headers["allow"]) == (204, allow)


@pytest.mark.parametrize("path", ["/nothing", "/users/x/y", "/users/ada", "/status/x"])
def test_unknown_path_is_a_404_problem(api: ApiClient, path: str) -> None:
    assert_problem(api.get(path), 404)


@pytest.mark.parametrize("path", ["/", "//"])
def test_the_root_leads_to_the_page_wherever_the_host_header_points(
    api: ApiClient, path: str
) -> None:
    answer = api.get(path, headers={"Host": "evil.example"})
    assert (answer.status, answer.headers["location"]) == (307, "/console")


def test_both_forms_of_a_path_answer_without_a_redirect(api: ApiClient, ada: Any) -> None:
    paths = ("/status", "/users", "/users/search", address(ADA), "/openapi.json", "/status/ready")
    for path in paths:
        query = "q=ada" if path.endswith("search") else ""
        bare, slashed = api.get(path, query=query), api.get(path + "/", query=query)
        assert bare.status == slashed.status == 200
        if path != "/status":
            assert bare.body == slashed.body


@pytest.mark.parametrize(
    "email",
    ["a+b@example.com", "a/b@example.com", "o'hara@example.com", "ünï@example.com", "a#?&=@x.org"],
)
def test_every_email_has_an_address_that_works(api: ApiClient, email: str) -> None:
    if "?" in email:
        email = "a#&=@x.org"
    answer = api.post("/users/", {"name": "A", "email": email, "role": "x"})
    assert answer.status == 201, answer.body
    location = answer.headers["location"]
    assert location.isascii()
    for path in (location, address(email), address(email.upper())):
        assert api.get(path).json() == answer.json(), path
    assert api.patch(location, {"name": "B"}).status == 200
    assert api.delete(location).status == 204


@pytest.mark.parametrize(
    "path", ["/users/%00@x.org", "/users/%ff@x.org", f"/users/{'a' * 5000}@x.org", "/users/@"]
)
def test_address_that_no_user_can_have_is_404(api: ApiClient, path: str) -> None:
    assert_problem(api.get(path), 404)


# ---- bodies


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_other_media_type_is_415_naming_the_right_one(api: ApiClient, content_type: str) -> None:
    answer = api.post("/users/", b"{}", headers={"Content-Type": content_type})
    assert_problem(answer, 415)
    assert answer.headers["accept-post"] == "application/json"
    answer = api.patch(address(ADA), b"{}", headers={"Content-Type": content_type})
    assert "application/merge-patch+json" in answer.headers["accept-patch"]


def test_body_over_a_mebibyte_is_413(api: ApiClient) -> None:
    body = b'{"name":"' + b"x" * (1024 * 1024) + b'"}'
    assert_problem(api.post("/users/", body), 413)
    lying = api.post("/users/", body, headers={"Content-Length": "10"})
    assert_problem(lying, 413)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"{", "#"),
        (b"", "#"),
        (b"\xff\xfe", "#"),
        (b"[" * 100_000, "#"),
        (b'{"name": ' + b"9" * 5000 + b"}", "#"),
        (b'{"name":"A","email":"a@x.org","role":"r","a/b~c":1}', "#/a~1b~0c"),
        (b'{"name":"A","email":"a@x.org","role":"r","\\ud800":1}', "#"),
        (b'{"name":"A\\u0000","email":"a@x.org","role":"r"}', "#/name"),
        (b'{"name":"\\ud800","email":"a@x.org","role":"r"}', "#/name"),
        (b'{"name":"A","email":"\\ud800@x.org","role":"r"}', "#/email"),
        (b'{"name":"A","email":"a@x.org","role":"\\udfff"}', "#/role"),
        (b'{"name":"A","email":"a@x.org","role":NaN}', "#/role"),
        (b'{"name":" ","email":"a@x.org","role":"r"}', "#/name"),
        (b'{"name":"A","email":"a%41@x.org","role":"r"}', "#/email"),
        (b'{"name":"A","email":" a@x.org","role":"r"}', "#/email"),
        (b'{"name":"A","email":"a@x.org"}', "#/role"),
        ('{"name":"\u200b\u2060","email":"a@x.org","role":"r"}'.encode(), "#/name"),
        (json.dumps({"name": "x" * 201, "email": "a@x.org", "role": "r"}).encode(), "#/name"),
        (json.dumps({"name": "x", "email": "a@x.org", "role": "r" * 65}).encode(), "#/role"),
        (
            json.dumps({"name": " " * 900 + "\0", "email": "a@x.org", "role": "r"}).encode(),
            "#/name",
        ),
    ],
)
def test_invalid_body_is_422_pointing_at_the_fault(
    api: ApiClient, body: bytes, pointer: str
) -> None:
    problem = assert_problem(api.post("/users/", body), 422)
    assert pointer in {fault["pointer"] for fault in problem["errors"]}


@pytest.mark.parametrize(
    ("body", "repeated"),
    [
        (b'{"name":"A","email":"a@x.org","role":"guest","role":"admin"}', '"role"'),
        (b'{"name":"A","email":"a@x.org","role":"guest","r\\u006fle":"guest"}', '"role"'),
        (b'{"name":"A","email":"a@x.org","role":{"\xc3\xa9":1,"\xc3\xa9":1}}', '"\\u00e9"'),
        (b'{"\\ud800":1,"\\ud800":2}', '"\\ud800"'),
    ],
)
def test_body_that_names_a_member_twice_is_refused(
    api: ApiClient, ada: Any, body: bytes, repeated: str
) -> None:
    for answer in (api.post("/users/", body), api.patch(address(ADA), body)):
        problem = assert_problem(answer, 422)
        assert problem["detail"] == f"{repeated} is given more than once"
    assert api.get(address("a@x.org")).status == 404
    assert api.get(address(ADA)).json() == ada


@pytest.mark.parametrize(
    "unseen",
    ["\u200b", "\u2060\ufeff", "\u00ad \u200d", "\u3164", "\u2800", "\U000e0041"],
)
def test_text_that_nobody_can_see_is_refused(api: ApiClient, unseen: str) -> None:
    for field in ("name", "role"):
        body = {"name": "A", "email": "a@x.org", "role": "r"} | {field: unseen}
        problem = assert_problem(api.post("/users/", body), 422)
        assert problem["detail"] == f"#/{field}: must hold a visible character"
    assert_problem(api.get("/users/search", query=f"q={quote(unseen)}"), 422)


@pytest.mark.parametrize(
    "name",
    [
        "e\u0301",
        "नमस्ते",
        "❤\ufe0f",
        "👨\u200d👩\u200d👧",
        "می\u200cخواهم",
        "\u200fעדה",
        "*",
        "\u1828\u180b",
    ],
)
def test_name_of_any_script_is_kept_as_it_is(api: ApiClient, name: str) -> None:
    assert api.create("a@x.org", name=name)["name"] == name


def test_longest_values_are_stored_trimmed(api: ApiClient) -> None:
    user = api.create("a@x.org", name=f"  {'é' * 200}\n", role=f"\t{'r' * 64} ")
    assert (user["name"], user["role"]) == ("é" * 200, "r" * 64)


# ---- lists


def test_pages_hold_every_user_once_and_link_to_the_next(api: ApiClient) -> None:
    created = [
        api.create(f"u{number}@x.org", role="ab"[number % 2])["email"] for number in range(7)
    ]
    seen, path = [], "/users/?limit=3"
    while path:
        answer = api.get(path)
        seen += [user["email"] for user in answer.json()["items"]]
        link = answer.headers.get("link", "")
        assert bool(link) == (answer.json()["next_cursor"] is not None)
        path = link.removesuffix('>; rel="next"').removeprefix("<")
    assert seen == created
    only = api.get("/users/?role=b&limit=2")
    assert [user["role"] for user in only.json()["items"]] == ["b", "b"]
    rest = api.get(only.headers["link"].split(">")[0][1:])
    assert (len(rest.json()["items"]), rest.json()["next_cursor"]) == (1, None)


def test_tampered_cursor_is_refused(api: ApiClient) -> None:
    for number in range(3):
        api.create(f"u{number}@x.org")
    cursor = api.get("/users/?limit=1").json()["next_cursor"]
    wrong = [
        "",
        "x",
        "é",
        "A" * 43,
        "A" * 44,
        cursor[:-2],
        cursor + "AAAA",
        "_" + cursor[1:],
        "%00",
    ]
    for tampered in wrong:
        problem = assert_problem(api.get("/users/", query=f"cursor={tampered}"), 422)
        assert problem["errors"][0]["parameter"] == "cursor", tampered
        assert "Send next_cursor as it came" in problem["detail"]
    assert (
        "send no cursor to begin again"
        in assert_problem(api.get("/users/", query=f"cursor={cursor}&role=x"), 422)["detail"]
    )
    assert_problem(
        api.get("/users/", query="cursor=__________________________________________8="), 422
    )


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=", "role=", "role=%00", "limit=1e1"]
)
def test_invalid_query_is_422_naming_the_parameter(api: ApiClient, query: str) -> None:
    problem = assert_problem(api.get("/users/", query=query), 422)
    assert problem["errors"][0]["parameter"] == query.split("=")[0]


@pytest.mark.parametrize("query", ["", "q=", "q=%20", "q=a&offset=-1", "q=a&offset=9901", "q=%00"])
def test_invalid_search_is_422(api: ApiClient, query: str) -> None:
    assert_problem(api.get("/users/search", query=query), 422)


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "name:ada",
        "ada AND bob",
        '"',
        "\\",
        "a/b",
        "~",
        "(((",
        "\ud7ff",
        " ".join("abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_search_text_is_never_a_query_language(api: ApiClient, ada: Any, text: str) -> None:
    answer = api.get("/users/search", query=f"q={quote(text)}")
    assert (answer.status, answer.json()["degraded"]) == (200, False), answer.body


def test_search_pages_filters_and_keeps_its_order(api: ApiClient) -> None:
    for number in range(12):
        api.create(f"grace{number}@x.org", name="Grace", role="ab"[number % 2])
    api.create("ada@x.org", name="Ada", role="a")
    whole = api.get("/users/search", query="q=grace&limit=100").json()
    assert whole["total"] == 12
    paged: list[Any] = []
    for offset in range(0, 12, 5):
        page = api.get("/users/search", query=f"q=grace&limit=5&offset={offset}").json()
        assert page["total"] == 12
        paged += page["items"]
    assert paged == whole["items"]
    some = api.get("/users/search", query="q=grace&role=b").json()
    assert (some["total"], {user["role"] for user in some["items"]}) == (6, {"b"})
    assert api.get("/users/search", query="q=grace&role=B").json()["total"] == 0


# ---- ids and headers


@pytest.mark.parametrize("given", ["abc-1.2_3", "x" * 64])
def test_harmless_request_id_is_kept(api: ApiClient, given: str) -> None:
    assert api.get("/status", headers={"X-Request-Id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["a b", "x" * 65, "é", "a\r\nSet-Cookie: x", '"}', ""])
def test_other_request_id_is_replaced(api: ApiClient, given: str) -> None:
    answer = api.get("/status", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] != given
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["x-request-id"])
    assert "set-cookie" not in answer.headers


def test_docs_load_nothing_from_elsewhere(api: ApiClient) -> None:
    page = api.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
    assert sources
    for source in sources:
        if source != "data:,":
            assert source.startswith("/docs/")
            assert len(api.get(source).body) > 50
    assert_problem(api.get("/docs/nothing.js"), 404)
    assert_problem(api.get("/docs/..%2f..%2fapp.py"), 404)


def test_console_loads_nothing_from_elsewhere_and_runs_no_inline_code(api: ApiClient) -> None:
    page = api.get("/console")
    assert page.status == 200
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    html = page.body.decode()
    assert re.search(r"<script>|\son\w+=|style=", html) is None
    sources = re.findall(r'(?:src|href)="(/[^"]+)"', html)
    scripts = [api.get(source).body.decode() for source in sources if source != "/docs"]
    sources += [name for script in scripts for name in re.findall(r'from "([^"]+)"', script)]
    for source in sources:
        assert api.get(source).status == 200, source
    assert not any("innerHTML" in script for script in scripts)
    assert_problem(api.get("/console/..%2froutes.py"), 404)


def test_refusals_say_what_is_wrong_in_words(api: ApiClient) -> None:
    body = {"name": " ", "email": "nobody", "role": "r" * 65, "age": 3}
    problem = assert_problem(api.post("/users/", body), 422)
    assert {fault["pointer"]: fault["detail"] for fault in problem["errors"]} == {
        "#/name": "must not be blank",
        "#/email": "An email address must have an @-sign.",
        "#/role": "must have at most 64 characters",
        "#/age": "is not known here",
    }
    assert "#/name: must not be blank" in problem["detail"]
    assert api.post("/users/", b"[]").json()["detail"] == "#: must be an object"
    assert api.post("/users/", b"").json()["detail"] == "#: is required"
    assert "/docs" in api.get("/users/ada").json()["detail"]
