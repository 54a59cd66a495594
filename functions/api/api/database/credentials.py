"""What to log in to PostgreSQL with: a fixed password, or a secret that is rotated."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from api.database.login import Login
from api.errors import DatabaseUnavailable

Logins = Callable[[], Iterable[Login]]
_NO_LOGIN = "The database's credentials cannot be read."


@dataclass(frozen=True)
class Secret:
    """A secret of Secrets Manager: JSON with `password` and perhaps `username`, as RDS writes it.

    `user` logs in where the secret names nobody; without `endpoint_url` it is AWS's own.
    """

    arn: str
    user: str
    endpoint_url: str


def logins_of(secret: Secret) -> Logins:
    """The login that worked last, then what its secret says now, then what it said before that.

    A secret is changed first and the database after it: in between the one before still works.
    What is returned raises DatabaseUnavailable when the secret cannot be read.
    """
    known: list[Login] = []

    def logins() -> Iterator[Login]:
        tried = [*known]
        yield from tried
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            login = _read(secret, stage)
            if login is not None and login not in tried:
                tried.append(login)
                known[:] = [login]
                yield login

    return logins


def _read(secret: Secret, stage: str) -> Login | None:
    """None where the secret never had a version of that stage."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    from api.network.aws import keep_deadlines

    limits = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    url = secret.endpoint_url or None
    try:
        client = boto3.client("secretsmanager", endpoint_url=url, config=limits)
        keep_deadlines(client)
        answer = client.get_secret_value(SecretId=secret.arn, VersionStage=stage)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == "ResourceNotFoundException" and stage != "AWSCURRENT":
            return None
        raise DatabaseUnavailable(_NO_LOGIN, code=code) from error
    except BotoCoreError as error:
        raise DatabaseUnavailable(_NO_LOGIN) from error
    try:
        content = json.loads(answer["SecretString"])
        return Login(content.get("username", secret.user), content["password"])
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise DatabaseUnavailable(_NO_LOGIN) from error
