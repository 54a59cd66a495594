"""Search without OpenSearch reads an index where PostgreSQL has pg_trgm, as it has on AWS."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.handler import HttpEntry
from api.migrate import migrate
from api.settings import Settings
from api.wiring import build_database
from samulator.servers.group import Servers
from samulator.servers.postgres import PostgresServer
from samulator.servers.unprivileged import public_folder
from testkit.ports import reserve_port
from testkit.timing import wait_until
from tests.api_client import ApiClient
from tests.integration.api.conftest import migration_settings_for, settings_for

USERS = 20_000
# Debian's and Ubuntu's; the wheel has no module of contrib.
MODULES = sorted(Path("/usr/lib/postgresql").glob("*/lib/pg_trgm.so"))
PART = "q=%C5%81OVELA"
NOBODY_LISTENS = "http://127.0.0.1:1"


class DistributionServer(PostgresServer):
    """The newest PostgreSQL that the machine has, with its modules."""

    def _binary(self, name: str) -> Path:
        return MODULES[-1].parents[1] / "bin" / name


@pytest.fixture
def deployed(services: Servers) -> Iterator[Settings]:
    """Migrated, with users enough that an index is cheaper than reading them all."""
    if not MODULES:
        pytest.skip("no PostgreSQL with pg_trgm is installed here")
    with ExitStack() as stack:
        # Programs before version 16 go back to where they were started, as whoever they run as.
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=public_folder())))
        state.chmod(0o755)
        server = DistributionServer(state, reserve_port(), durable=False)
        server.start()
        stack.callback(server.stop)
        password = SecretStr(server.password)
        there = {"database_port": server.port, "database_password": password}
        owner = {"database_owner_password": password}
        migrate(migration_settings_for(services, "app").model_copy(update=there | owner))
        settings = settings_for(services, "app").model_copy(update=there)
        database = build_database(settings, answer_seconds=20)
        database.run(
            "INSERT INTO users (id, name, email, email_key, role) SELECT gen_random_uuid(), "
            "md5(n::text), md5(n::text) || '@x.org', md5(n::text) || '@x.org', 'member' "
            f"FROM generate_series(1, {USERS}) n"
        )
        database.close()
        yield settings


@pytest.mark.long
def test_part_of_a_name_is_found_by_the_index_while_opensearch_is_away(
    patient: None, deployed: Settings
) -> None:
    owner = build_database(deployed.model_copy(update={"database_user": "app"}), answer_seconds=20)
    entry = HttpEntry(lambda: deployed.model_copy(update={"opensearch_url": NOBODY_LISTENS}))
    entry.prepare()
    api = ApiClient(entry)
    try:
        api.create("ada@x.org", name="Ada Łovelace")
        owner.run("VACUUM ANALYZE users")
        answer = api.get("/users/search", query=PART).json()
        assert answer["degraded"] is True
        assert [user["email"] for user in answer["items"]] == ["ada@x.org"]
        scans = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'users_by_text'"

        def is_counted() -> bool:
            """A session tells its counts at the end of its next transaction, after a second."""
            api.get("/users/search", query=PART)
            return owner.run(scans) != [[0]]

        wait_until(is_counted, "no scan of the index was counted")
    finally:
        entry.close()
        owner.close()
