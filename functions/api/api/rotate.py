"""The Lambda entry that Secrets Manager calls to change the functions' login, with no gap between.

Two users take turns. A rotation gives the one that is not in use a password and the same rights,
and then makes it the secret's; the other one still logs in until the turn after. The steps:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from pydantic import SecretStr

from api.database.access import grant_access
from api.network.secrets import Login
from api.observability import get_logger, no_value_leaves
from api.settings import MigrationSettings, load_migration_settings
from api.wiring import build_database

_SECOND = "_clone"
_LIMITS = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})


class RotationError(Exception):
    """The step cannot be taken; the message holds no value of the secret."""


@no_value_leaves()
def handler(event: Any, context: Any) -> None:  # noqa: ANN401, ARG001 - Lambda's contract
    """Takes one step. Raises what stops it: Secrets Manager then tries the rotation again."""
    settings = load_migration_settings()
    if event["SecretId"] != settings.database_secret_arn:
        raise RotationError("this function rotates the secret of DATABASE_SECRET_ARN alone")
    client = boto3.client(
        "secretsmanager", endpoint_url=settings.aws_endpoint_url or None, config=_LIMITS
    )
    rotation = Rotation(client, settings, str(event["ClientRequestToken"]))
    steps = {
        "createSecret": rotation.create,
        "setSecret": rotation.let_in,
        "testSecret": rotation.try_out,
        "finishSecret": rotation.finish,
    }
    if event["Step"] not in steps:
        raise RotationError(f"no step of a rotation: {event['Step']}")
    if rotation.is_over():
        return
    steps[event["Step"]]()
    get_logger().info("rotation", extra={"step": event["Step"]})


@dataclass(frozen=True)
class Rotation:
    """The version `token` of the functions' secret on its way from AWSPENDING to AWSCURRENT.

    Every step may be taken again.
    """

    client: Any
    settings: MigrationSettings
    token: str

    def is_over(self) -> bool:
        """Raises RotationError where the version does not wait to be rotated."""
        stages = self._stages().get(self.token)
        if stages is None:
            raise RotationError("the secret has no such version")
        if "AWSCURRENT" in stages:
            return True
        if "AWSPENDING" not in stages:
            raise RotationError("the version is not pending")
        return False

    def create(self) -> None:
        """A new password for the user whose turn it is."""
        try:
            self._login("AWSPENDING", version=self.token)
        except self.client.exceptions.ResourceNotFoundException:
            user = _other(self._login("AWSCURRENT").user)
            content = {"username": user, "password": secrets.token_urlsafe(30)}
            self.client.put_secret_value(
                SecretId=self.settings.database_secret_arn,
                ClientRequestToken=self.token,
                SecretString=json.dumps(content),
                VersionStages=["AWSPENDING"],
            )

    def let_in(self) -> None:
        """As the owner: the user exists, may do what the functions do, and has the password."""
        database = build_database(self.settings.as_owner(), answer_seconds=30.0)
        try:
            with database.session() as session:
                grant_access(session, self._login("AWSPENDING", version=self.token))
        finally:
            database.close()

    def try_out(self) -> None:
        """Logs in and reads. Raises DatabaseUnavailable, or what PostgreSQL says."""
        login = self._login("AWSPENDING", version=self.token)
        database = build_database(
            self.settings.model_copy(
                update={
                    "database_user": login.user,
                    "database_password": SecretStr(login.password),
                    "database_secret_arn": "",  # nosec B105 # none is read: the login is given
                }
            )
        )
        try:
            database.run("SELECT 1 FROM users LIMIT 1")
        finally:
            database.close()

    def finish(self) -> None:
        """From now on whoever reads the secret logs in with the new version."""
        (before,) = [id_ for id_, stages in self._stages().items() if "AWSCURRENT" in stages]
        self.client.update_secret_version_stage(
            SecretId=self.settings.database_secret_arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=self.token,
            RemoveFromVersionId=before,
        )

    def _stages(self) -> dict[str, list[str]]:
        found = self.client.describe_secret(SecretId=self.settings.database_secret_arn)
        stages: dict[str, list[str]] = found["VersionIdsToStages"]
        return stages

    def _login(self, stage: str, *, version: str | None = None) -> Login:
        named = {"VersionId": version} if version else {}
        answer = self.client.get_secret_value(
            SecretId=self.settings.database_secret_arn, VersionStage=stage, **named
        )
        content = json.loads(answer["SecretString"])
        return Login(content.get("username", self.settings.database_user), str(content["password"]))


def _other(user: str) -> str:
    return user.removesuffix(_SECOND) if user.endswith(_SECOND) else user + _SECOND
