"""Logins that Secrets Manager keeps: JSON with `password` and perhaps `username`."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from api.network.deadline import deadline


@dataclass(frozen=True)
class Login:
    """Whom a data service lets in; without a `user` it is the one that the service presumes."""

    user: str
    password: str = field(repr=False)


READ_SECONDS = 2.5
# Its connection and its answer, each within that.
_CONNECT_SECONDS, _STEP_SECONDS = 1.0, 2.0

Logins = Callable[[], Iterable[Login]]


class LoginUnreadable(Exception):
    """The secret cannot be read, or is none of ours. `code` is AWS's own word, if it gave one."""

    def __init__(self, code: str = "") -> None:
        super().__init__("the secret with the login cannot be read")
        self.code = code


@dataclass(frozen=True)
class SecretsManager:
    """Connects at the first read; without `endpoint_url` it is AWS's own."""

    endpoint_url: str

    def logins(self, arn: str, *, user: str, seconds: float = READ_SECONDS) -> Logins:
        """The login that was read last, then what the secret says now, then what it said before.

        A secret and its service are never changed at the same moment: in between one of the two
        still works. `user` logs in where the secret names nobody. What is returned raises
        LoginUnreadable, a read that takes longer than `seconds` included.
        """
        known: list[Login] = []

        def logins() -> Iterator[Login]:
            tried = [*known]
            yield from tried
            for stage in ("AWSCURRENT", "AWSPREVIOUS"):
                login = self._read(arn, stage, user, seconds)
                if login is not None and login not in tried:
                    tried.append(login)
                    known[:] = [login]
                    yield login

        return logins

    def close(self) -> None:
        """Hangs up; a later read connects again."""
        if "_client" in self.__dict__:  # where a login was read
            self._client.close()
            del self.__dict__["_client"]

    def _read(self, arn: str, stage: str, user: str, seconds: float) -> Login | None:
        """None where the secret never had a version of that stage."""
        from botocore.exceptions import BotoCoreError, ClientError

        # Loading boto3 takes as long as a read, and no service is at fault for it.
        client = self._client
        try:
            with deadline(seconds):
                answer = client.get_secret_value(SecretId=arn, VersionStage=stage)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "ResourceNotFoundException" and stage != "AWSCURRENT":
                return None
            raise LoginUnreadable(code) from error
        except BotoCoreError as error:
            raise LoginUnreadable from error
        try:
            content = json.loads(answer["SecretString"])
            return Login(content.get("username", user), content["password"])
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise LoginUnreadable from error

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes its clients' classes as it runs
        """boto3 is loaded here: not every start needs it."""
        import boto3
        from botocore.config import Config

        from api.network.aws import keep_deadlines

        limits = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_STEP_SECONDS,
            retries={"total_max_attempts": 1},
        )
        url = self.endpoint_url or None
        client = boto3.client("secretsmanager", endpoint_url=url, config=limits)
        keep_deadlines(client)
        return client
