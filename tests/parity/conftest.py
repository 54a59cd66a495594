"""The callers of the modes that need no Docker."""

from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest

from api import migrate, search_sync
from api.handler import HttpEntry
from api.settings import Settings
from api.wiring import build_database
from local.project import open_project
from local.services.group import DataServices
from local.template.load import load_application
from tests.api_client import Answer as ApiAnswer
from tests.api_client import ApiClient
from tests.embedded_stack import ROOT, EmbeddedStack
from tests.environments import event_loop
from tests.http_calls import Answer, HttpCaller
from tests.parity.conversations import Call


@pytest.fixture(scope="session")
def embedded(stack: EmbeddedStack) -> Call:
    return HttpCaller(stack.url)


@pytest.fixture(scope="session")
def in_process(services: DataServices) -> Iterator[Call]:
    """The handler in this process, with the variables the template gives its function."""
    environment = open_project(ROOT).filled_environment(services.places())
    application = load_application(ROOT / "template.yaml", environment=environment)
    variables = application.functions["UsersApiFunction"].environment
    with pytest.MonkeyPatch.context() as patch, event_loop():
        for name, value in variables.items():
            patch.setenv(name, value)
        settings = Settings()
        with closing(build_database(settings, answer_seconds=20)) as database:
            migrate.apply_migrations(database, migrate.FOLDER)
        search_sync.synchronise(settings, {"action": "rebuild"}, None)
        entry = HttpEntry(lambda: settings)
        client = ApiClient(entry)

        def call(
            method: str,
            target: str,
            *,
            body: bytes | Mapping[str, object] | None = None,
            headers: Mapping[str, str] | None = None,
        ) -> Answer:
            answer: ApiAnswer = client.call(method, target, body=body, headers=headers)
            return Answer(answer.status, answer.headers, answer.body)

        yield call
        users = entry.prepare().app.state.users  # type: ignore[attr-defined]
        users._store._database.close()
        users._cache._redis.close()
