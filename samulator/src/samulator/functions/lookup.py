"""Finds the function that a name, an ARN or a reference stands for."""

from dataclasses import dataclass

from samulator.functions.invocation import UnknownFunction
from samulator.template.model import Application
from samulator.template.names import ACCOUNT, function_arn
from samulator.template.reference import (
    LATEST,
    FunctionReference,
    InvalidReference,
    parse_reference,
)


@dataclass(frozen=True)
class Target:
    """What a reference stands for: the logical id, the ARN as referred to, and the version."""

    logical_id: str
    arn: str
    version: str

    @property
    def qualified_arn(self) -> str:
        """The ARN with the qualifier that stands for none."""
        has_qualifier = not self.arn.endswith(f":function:{self.arn.rsplit(':', 1)[-1]}")
        return self.arn if has_qualifier else f"{self.arn}:{LATEST}"


class Lookup:
    """The functions of one application by logical id, FunctionName, ARN and version or alias."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._names = {function.name: name for name, function in application.functions.items()}

    def find(self, name: str | FunctionReference) -> Target:
        """Return the function, and the version of it, that `name` stands for.

        Raises UnknownFunction, also for a version that nothing publishes.
        """
        reference = _reference(name)
        logical_id = self._names.get(reference.name, reference.name)
        region, account = self._application.region, reference.account or ACCOUNT
        if reference.region not in (None, region):
            where = f"are not reachable in this region ('{region}')"
            raise UnknownFunction(f"Functions from '{reference.region}' {where}")
        function = self._application.functions.get(logical_id)
        named = function.name if function else reference.name
        arn = function_arn(region, named, qualifier=reference.qualifier, account=account)
        versions = {LATEST: LATEST} | dict(function.versions if function else {})
        version = versions.get(reference.qualifier or LATEST)
        if function is None or account != ACCOUNT or version is None:
            raise UnknownFunction(f"Function not found: {arn}")
        return Target(logical_id, arn, version)


def _reference(name: str | FunctionReference) -> FunctionReference:
    if isinstance(name, FunctionReference):
        return name
    try:
        return parse_reference(name)
    except InvalidReference as error:
        raise UnknownFunction(f"Function not found: {name}") from error
