"""Makes all resources of an application in the order of their dependencies."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.servers.aws.resources.api import Api, Incomplete
from samulator.servers.aws.resources.kinds import FINISH, MAKE, Make
from samulator.servers.aws.resources.problem import Problem
from samulator.servers.aws.resources.step_functions import what_is_wrong
from samulator.template.model import Resource

_logger = logging.getLogger(__name__)


def create_resources(resources: Sequence[Resource], api: Api) -> list[Problem]:
    """Returns what is wrong with each resource that could not be made wholly; the others are.

    `resources` come after those that they depend on. Kinds that are served elsewhere, or not at
    all, are passed over: the table of the application says so.
    """
    problems: list[Problem] = []
    missing: set[str] = set()
    for step, is_made in ((MAKE, False), (FINISH, True)):
        for resource in resources:
            make = step.get(resource.type)
            if make is None or resource.logical_id in missing:
                continue
            problem = _problem(resource, make, api, missing, is_made=is_made)
            if problem is not None:
                problems.append(problem)
                if not problem.is_there:
                    missing.add(resource.logical_id)
    return problems


def _problem(
    resource: Resource, make: Make, api: Api, missing: set[str], *, is_made: bool
) -> Problem | None:
    """What goes wrong when `make` makes a resource, of which some `is_made` already."""
    watched = _WatchedApi(api)
    try:
        make(resource, watched)
    except Incomplete as error:
        return Problem(resource, str(error), is_there=True)
    except KeyError as error:
        reason = f"{error.args[0]} is missing"
    except ClientError as error:
        reason = what_is_wrong(error.response["Error"]["Message"])
    except (BotoCoreError, ValueError, TypeError, AttributeError) as error:
        _logger.warning("%s", resource.logical_id, exc_info=error)
        reason = str(error)
    else:
        return None
    needed = [name for name in resource.depends_on if name in missing]
    if needed:
        # What AWS's services say of it is no more than a consequence.
        reason = f"{' and '.join(needed)}, which it needs, is not there ({reason})"
    return Problem(resource, " ".join(reason.split()), is_there=is_made or watched.has_changed)


class _WatchedApi:
    """Calls of one resource: whether one that changes something has succeeded."""

    def __init__(self, api: Api) -> None:
        self.region = api.region
        self.has_changed = False
        self._api = api

    def call(
        self, service: str, operation: str, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        answer = self._api.call(service, operation, parameters)
        self.has_changed = self.has_changed or not operation.startswith("get_")
        return answer
