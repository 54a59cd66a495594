"""A migration that meets an open reader, while the API works on the same table."""

import threading
import uuid
from pathlib import Path

import pytest

from api import migrate
from api.migrate import FOLDER, apply_migrations
from api.wiring import build_database
from samulator.servers.group import Servers
from tests.environments import Environment
from tests.integration.api.conftest import MakeApi, migration_settings_for

pytestmark = pytest.mark.usefixtures("patient")


def test_no_call_of_the_api_fails_while_a_migration_waits_for_a_reader(
    services: Servers, make_api: MakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks meanwhile queues behind the ALTER TABLE, until it lets everybody go first."""
    monkeypatch.setattr(migrate, "_LOCK_SECONDS", 0.2)
    name = f"test_{uuid.uuid4().hex}"
    services.data["postgres"].create_database(name)
    settings = migration_settings_for(services, name)
    migrate.migrate(settings)
    for path in FOLDER.glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "9999_column.sql").write_text("ALTER TABLE users ADD COLUMN nickname text;")
    owner, reader = (build_database(settings.as_owner(), answer_seconds=20) for _ in range(2))
    is_over = threading.Event()
    statuses: list[int] = []

    def work() -> None:
        api = make_api(database_name=name)
        while not is_over.is_set():
            user = {"name": "A", "email": f"{uuid.uuid4().hex}@example.com", "role": "x"}
            statuses.append(api.post("/users/", user).status)
            statuses.append(api.get("/users/").status)

    attempts = 0
    with reader.session() as open_reader:
        open_reader.run_script("BEGIN; SELECT count(*) FROM users")
        workers = [Environment(work) for _ in range(2)]

        def let_others_go_first(_seconds: float) -> None:
            nonlocal attempts
            attempts += 1
            if attempts == 3:
                open_reader.run_script("COMMIT")

        assert apply_migrations(owner, tmp_path, let_others_go_first) == ["9999_column.sql"]
    is_over.set()
    for worker in workers:
        worker.finish()
    assert attempts >= 3
    assert set(statuses) == {200, 201}
    assert owner.run("SELECT count(nickname) FROM users") == [[0]]
    owner.close()
    reader.close()
