"""Makes all resources of an application in the order of their dependencies."""

import logging
from collections.abc import Iterable, Mapping, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from samulator.servers.aws.resources.api import Api, Incomplete
from samulator.servers.aws.resources.kinds import FINISH, MAKE, Make
from samulator.servers.aws.resources.step_functions import what_is_wrong
from samulator.template.model import Resource

_logger = logging.getLogger(__name__)


def create_resources(resources: Sequence[Resource], api: Api) -> list[str]:
    """Returns a line for each resource that could not be made; the others are.

    `resources` come after those that they depend on. Kinds that are served elsewhere, or not at
    all, are passed over: the table of the application says so.
    """
    problems = []
    for step in (MAKE, FINISH):
        problems += _each(resources, step, api)
    return problems


def _each(resources: Iterable[Resource], step: Mapping[str, Make], api: Api) -> list[str]:
    problems = []
    for resource in resources:
        make = step.get(resource.type)
        if make is None:
            continue
        try:
            make(resource, api)
        except Incomplete as error:
            problems.append(f"{resource.logical_id} ({resource.type}): {error}")
        except KeyError as error:
            problems.append(_problem(resource, f"{error.args[0]} is missing"))
        except ClientError as error:
            message = what_is_wrong(error.response["Error"]["Message"])
            problems.append(_problem(resource, message))
        except (BotoCoreError, ValueError, TypeError, AttributeError) as error:
            _logger.warning("%s", resource.logical_id, exc_info=error)
            problems.append(_problem(resource, str(error)))
    return problems


def _problem(resource: Resource, reason: str) -> str:
    return f"{resource.logical_id} ({resource.type}) is not there: {' '.join(reason.split())}"
