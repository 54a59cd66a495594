"""The functions' login is changed while they work: no call of the API fails, at no step."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from pydantic import SecretStr

from api import rotate
from api.errors import DatabaseUnavailable
from api.migrate import migrate
from api.rotate import RotationError
from api.settings import MigrationSettings
from api.wiring import build_database
from samulator.servers.group import Servers
from tests.api_client import ApiClient
from tests.environments import Environment
from tests.integration.api.conftest import MakeApi, migration_settings_for
from tests.role_policies import OWNER_SECRET, SECRET, Call, recorded_calls, roles

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class Secret:
    """The functions' secret, and Secrets Manager's part in rotating it."""

    def __init__(self, client: Any, user: str) -> None:
        self._client = client
        content = {"username": user, "password": "first of the secret"}
        made = client.create_secret(Name=user, SecretString=json.dumps(content))
        self.arn = made["ARN"]

    @property
    def user(self) -> str:
        """Whom a reader logs in as now."""
        found = self._client.get_secret_value(SecretId=self.arn, VersionStage="AWSCURRENT")
        return str(json.loads(found["SecretString"])["username"])

    def begin(self) -> str:
        """The token of a new rotation: a version that is pending and has no text yet.

        moto, which calls no function, makes it the current one at once; its labels are put back.
        It also takes a rotation for unfinished whose version has both labels, as AWS leaves them.
        """
        stages = self._client.describe_secret(SecretId=self.arn)["VersionIdsToStages"]
        labels = {label: version for version, found in stages.items() for label in found}
        token = str(uuid.uuid4())
        self._move("AWSPENDING", labels.get("AWSPENDING"), None)
        self._client.rotate_secret(SecretId=self.arn, ClientRequestToken=token)
        self._move("AWSCURRENT", token, labels["AWSCURRENT"])
        self._move("AWSPREVIOUS", token, labels.get("AWSPREVIOUS"))
        self._move("AWSPENDING", None, token)
        return token

    def _move(self, label: str, old: str | None, new: str | None) -> None:
        named = {"RemoveFromVersionId": old, "MoveToVersionId": new}
        given = {name: version for name, version in named.items() if version}
        if not given:
            return
        self._client.update_secret_version_stage(SecretId=self.arn, VersionStage=label, **given)

    def step(self, name: str, token: str) -> None:
        event = {"Step": name, "SecretId": self.arn, "ClientRequestToken": token}
        rotate.handler(event, None)

    def close(self) -> None:
        self._client.delete_secret(SecretId=self.arn, ForceDeleteWithoutRecovery=True)
        self._client.close()


@pytest.fixture
def secret(services: Servers) -> Iterator[Secret]:
    url = f"http://127.0.0.1:{services.aws.port}"
    made = Secret(boto3.client("secretsmanager", endpoint_url=url), f"test_{uuid.uuid4().hex}")
    yield made
    made.close()


@pytest.fixture
def known(services: Servers, secret: Secret, monkeypatch: pytest.MonkeyPatch) -> MigrationSettings:
    """Of the function: a migrated database of the test's own, whose user is the secret's."""
    services.data["postgres"].create_database(secret.user)
    settings = migration_settings_for(services, secret.user).model_copy(
        update={
            "database_user": secret.user,
            "database_password": SecretStr(""),
            "database_secret_arn": secret.arn,
        }
    )
    migrate(settings)
    monkeypatch.setattr("api.rotate.load_migration_settings", lambda: settings)
    return settings


@pytest.fixture
def make(patient: None, make_api: MakeApi, known: MigrationSettings) -> Callable[[], ApiClient]:
    """New environments of the API that read the secret; what a busy machine takes is no failure."""
    changes = {
        "database_name": known.database_name,
        "database_user": known.database_user,
        "database_password": SecretStr(""),
        "database_secret_arn": known.database_secret_arn,
    }
    return lambda: make_api(**changes)


@pytest.fixture
def lose_connections(known: MigrationSettings) -> Iterator[Callable[[], None]]:
    """As a failover does; whoever is connected has to log in again."""
    owner = build_database(
        known.as_owner().model_copy(update={"database_user": "postgres"}), answer_seconds=20
    )

    def lose() -> None:
        owner.run(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    yield lose
    owner.close()


def test_no_call_fails_at_any_step_of_two_rotations(
    secret: Secret, make: Callable[[], ApiClient], lose_connections: Callable[[], None]
) -> None:
    """Old environments and new ones, with their connection and without."""
    old = make()
    first = secret.user
    assert old.get("/users/").status == 200
    token = secret.begin()
    for step in STEPS:
        secret.step(step, token)
        answers = [old.get("/users/"), make().get("/users/")]
        lose_connections()
        answers.append(old.get("/users/"))
        assert [answer.status for answer in answers] == [200] * 3, step
    assert secret.user == f"{first}_clone"
    token = secret.begin()
    for step in STEPS:
        secret.step(step, token)
    lose_connections()
    assert old.get("/users/").status == 200
    assert secret.user == first


@pytest.mark.long
def test_no_call_fails_while_the_login_changes_under_load(
    secret: Secret, make: Callable[[], ApiClient], lose_connections: Callable[[], None]
) -> None:
    is_over = threading.Event()
    statuses: set[int] = set()

    def work() -> None:
        environment, number = make(), 0
        while not is_over.is_set():
            number += 1
            email = f"{uuid.uuid4().hex}@example.com"
            user = {"name": "A", "email": email, "role": "x"}
            statuses.add(environment.post("/users/", user).status)
            statuses.add(environment.get("/users/").status)
            if number % 5 == 0:
                environment = make()

    token = secret.begin()
    workers = [Environment(work) for _ in range(3)]
    for step in STEPS:
        secret.step(step, token)
    is_over.set()
    for worker in workers:
        worker.finish()
    assert statuses == {200, 201}


def test_every_step_may_be_taken_again(secret: Secret, known: MigrationSettings) -> None:
    first = secret.user
    token = secret.begin()
    for step in STEPS:
        secret.step(step, token)
        secret.step(step, token)
    assert secret.user == f"{first}_clone"


def test_what_was_not_let_in_never_becomes_the_login(
    secret: Secret, known: MigrationSettings
) -> None:
    token = secret.begin()
    secret.step("createSecret", token)
    with pytest.raises(DatabaseUnavailable):
        secret.step("testSecret", token)
    assert secret.user == known.database_user


def test_the_user_whose_turn_it_is_may_do_what_the_other_one_may(
    secret: Secret, known: MigrationSettings
) -> None:
    token = secret.begin()
    for step in STEPS:
        secret.step(step, token)
    rights = (
        "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee IN (:one, :other) UNION ALL"
        " SELECT grantee, object_name, privilege_type FROM information_schema.usage_privileges"
        " WHERE grantee IN (:one, :other)"
    )
    owner = build_database(known.as_owner())
    found = owner.run(rights, one=known.database_user, other=secret.user)
    owner.close()
    of = {user: {(t, p) for who, t, p in found if who == user} for user, _, _ in found}
    assert set(of) == {known.database_user, secret.user}
    assert of[known.database_user] == of[secret.user]


@pytest.mark.parametrize("token", ["00000000-0000-4000-8000-000000000000", None])
def test_a_version_that_does_not_wait_for_its_turn_is_refused(
    secret: Secret, known: MigrationSettings, token: str | None
) -> None:
    if token is None:
        token = secret.begin()
        secret.begin()
    with pytest.raises(RotationError, match=r"no such version|not pending"):
        secret.step("createSecret", token)


def test_another_secret_and_another_step_are_refused(
    secret: Secret, known: MigrationSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RotationError, match="no step"):
        secret.step("deleteSecret", secret.begin())
    changed = known.model_copy(update={"database_secret_arn": "another"})
    monkeypatch.setattr("api.rotate.load_migration_settings", lambda: changed)
    with pytest.raises(RotationError, match="DATABASE_SECRET_ARN alone"):
        secret.step("createSecret", secret.begin())


def test_it_makes_exactly_the_calls_that_its_role_allows(
    secret: Secret, known: MigrationSettings
) -> None:
    token = secret.begin()
    with recorded_calls() as calls:
        for step in STEPS:
            secret.step(step, token)
    named = {Call(call.action, SECRET) for call in calls}
    role = roles()["RotateRole"]
    assert [call for call in named if not role.allows(call)] == []
    assert {call.action for call in named} == role.actions_of_the_code
    assert role.allows(Call("secretsmanager:GetSecretValue", OWNER_SECRET))
    assert not role.allows(Call("secretsmanager:PutSecretValue", OWNER_SECRET))
