"""A query parameter that a call does not know, or has twice, is refused before anything is done."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import BaseModel

from api.datasets.routes import ListQuery as DatasetsQuery
from api.handler import HttpEntry
from api.users.list_routes import ListQuery, RolesQuery
from api.users.routes import SearchQuery
from tests.api_client import Answer, ApiClient
from tests.environments import event_loop
from tests.unattached_api import refusing_settings

NONE = "is not known here; the call takes none"


def answered(method: str, path: str) -> Answer:
    """On a thread whose loop is its own: other tests of the process keep theirs."""
    (answer,) = all_answered(method, [path])
    return answer


def all_answered(method: str, paths: Sequence[str]) -> list[Answer]:
    with event_loop():
        client = ApiClient(HttpEntry(refusing_settings))
        return [client.call(method, path, body={}) for path in paths]


@pytest.mark.parametrize(
    ("method", "path", "parameter", "words"),
    [
        ("POST", "/users/?dry_run=1", "dry_run", NONE),
        ("GET", "/users/ada%40example.com?fields=name", "fields", NONE),
        ("PATCH", "/users/ada%40example.com?force=1", "force", NONE),
        ("DELETE", "/users/ada%40example.com?force=1", "force", NONE),
        ("POST", "/datasets/uploads?key=a.csv", "key", NONE),
        ("POST", "/datasets/runs?dataset=a", "dataset", NONE),
        ("GET", "/users/?roll=a", "roll", "known are cursor, limit, role, sort, total"),
        ("GET", "/users/?role=a&role=b", "role", "is given more than once"),
        ("HEAD", "/datasets/?status=failed&status=refused", "status", "is given more than once"),
    ],
)
def test_what_a_call_does_not_take_is_refused_by_its_name(
    method: str, path: str, parameter: str, words: str
) -> None:
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(answered, method, path).result()
    assert answer.status == 422
    if method != "HEAD":
        (fault,) = answer.json()["errors"]
        assert fault["parameter"] == parameter
        assert words in fault["detail"]


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/users/?", ListQuery),
        ("/users/roles?", RolesQuery),
        ("/users/search?q=ada&", SearchQuery),
        ("/datasets/?", DatasetsQuery),
    ],
)
def test_a_parameter_without_a_value_is_refused_and_never_taken_for_none(
    path: str, model: type[BaseModel]
) -> None:
    names = [name for name in model.model_fields if f"{name}=" not in path]
    with ThreadPoolExecutor(1) as thread:
        answers = thread.submit(all_answered, "GET", [f"{path}{name}=" for name in names]).result()
    for name, answer in zip(names, answers, strict=True):
        assert answer.status == 422, (name, answer.text)
        assert [fault["parameter"] for fault in answer.json()["errors"]] == [name]
