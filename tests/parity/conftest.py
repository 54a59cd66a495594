"""The callers of the modes that need no Docker."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from api import migrate, search_sync
from api.handler import HttpEntry
from api.settings import load_migration_settings, load_settings
from samulator.control.project import open_project
from samulator.servers.group import Servers
from samulator.template.load import load_application
from testkit.http_calls import Answer, HttpCaller
from tests.api_client import Answer as ApiAnswer
from tests.api_client import ApiClient
from tests.embedded_stack import ROOT, EmbeddedStack
from tests.environments import event_loop
from tests.parity.conversations import Call


@pytest.fixture(scope="session")
def embedded(stack: EmbeddedStack) -> Call:
    return HttpCaller(stack.url)


@contextmanager
def seen(variables: Mapping[str, str]) -> Iterator[None]:
    """While the function works, and no longer: other tests run between two calls."""
    with pytest.MonkeyPatch.context() as patch:
        for name, text in variables.items():
            patch.setenv(name, text)
        yield


@pytest.fixture(scope="session")
def in_process(services: Servers) -> Iterator[Call]:
    """The handler in this process, with the variables the template gives its functions."""
    environment = open_project(ROOT).filled_environment(services.places())
    application = load_application(ROOT / "template.yaml", environment=environment)
    variables = {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": application.region,
        "AWS_DEFAULT_REGION": application.region,
        **application.functions["MigrateFunction"].environment,
        **application.functions["UsersApiFunction"].environment,
    }
    with event_loop():
        with seen(variables):
            migrate.migrate(load_migration_settings())
            settings = load_settings()
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
            with seen(variables):
                answer: ApiAnswer = client.call(method, target, body=body, headers=headers)
            return Answer(answer.status, answer.headers, answer.body)

        yield call
        entry.close()
