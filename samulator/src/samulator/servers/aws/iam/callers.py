"""Credentials of functions, and whose credentials a request shows."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from samulator.template.model import Application

if TYPE_CHECKING:
    from moto.sts.models import STSBackend


@dataclass(frozen=True)
class Caller:
    """A session of a role: `session` is the function's name, as when Lambda assumes the role."""

    role_arn: str
    session: str

    @property
    def role(self) -> str:
        """The role's name, without the path before it."""
        return self.role_arn.rsplit("/", 1)[-1]

    @property
    def arn(self) -> str:
        """As messages of AWS name it."""
        account = self.role_arn.split(":")[4]
        return f"arn:aws:sts::{account}:assumed-role/{self.role}/{self.session}"

    @property
    def principals(self) -> tuple[str, ...]:
        """The ARNs by which a policy of a resource may name it."""
        account = self.role_arn.split(":")[4]
        return (self.arn, self.role_arn, f"arn:aws:iam::{account}:root")

    @property
    def credentials(self) -> Mapping[str, str]:
        """The variables of a worker: always the same, so that nobody has to ask for them."""
        digest = hashlib.sha256(self.arn.encode()).digest()
        return {
            "AWS_ACCESS_KEY_ID": "ASIA" + base64.b32encode(digest)[:16].decode(),
            "AWS_SECRET_ACCESS_KEY": base64.b64encode(digest)[:40].decode(),
            "AWS_SESSION_TOKEN": "local-" + digest.hex(),
        }


def caller_of(application: Application, logical_id: str) -> Caller | None:
    """The caller that a function is; None where the template gives it no role."""
    resource = application.resources.get(logical_id)
    role = resource.properties.get("Role") if resource is not None else None
    if not isinstance(role, str) or ":role/" not in role:
        return None
    return Caller(role, application.functions[logical_id].name)


def callers_of(application: Application) -> tuple[Caller, ...]:
    """Those of all functions that have a role."""
    found = (caller_of(application, name) for name in application.functions)
    return tuple(caller for caller in found if caller is not None)


def let_assume(callers: Iterable[Caller], sts: "STSBackend") -> None:
    """Enter sessions into moto's STS, which then knows whose credentials they are."""
    for caller in callers:
        session = sts.assume_role(
            region_name=sts.region_name,
            role_session_name=caller.session,
            role_arn=caller.role_arn,
            policy="",
            duration=12 * 3600,
            external_id="",
        )
        session.access_key_id = caller.credentials["AWS_ACCESS_KEY_ID"]
        session.secret_access_key = caller.credentials["AWS_SECRET_ACCESS_KEY"]
        session.session_token = caller.credentials["AWS_SESSION_TOKEN"]
