"""Makes the resources of an application for nobody, to learn what a start could not make."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from samulator.control.effects import Effect
from samulator.control.resources import declared
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.resources.problem import Problem
from samulator.template.custom_resources import waiting
from samulator.template.model import Application

_NOWHERE = "http://127.0.0.1:0"


def rehearse(application: Application) -> list[Problem]:
    """Return what is wrong with each resource that a start could not make wholly.

    It changes services of this process for good: for a process that does nothing else.
    """
    from samulator.servers.aws.application import application as services
    from samulator.servers.aws.resources.create import create_resources
    from samulator.servers.aws.resources.local_api import LocalApi

    config = AwsConfig(region=application.region, resources=declared(application))
    # Of the others it is not known here how they will be.
    late = waiting(application)
    known = [resource for resource in config.resources if resource.logical_id not in late]
    with _nothing_logged():
        # Nothing is kept and nobody is called: there is no folder and no URL of functions.
        served, _ = services(config, _NOWHERE)
        return create_resources(known, LocalApi(served, config.region))


def as_made(effects: Sequence[Effect], problems: Iterable[Problem]) -> tuple[Effect, ...]:
    """Return the rows with what is wrong with their resources, in the words of a start."""
    said: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        resource = problem.resource
        said |= {(resource.type, name): problem for name in (resource.logical_id, resource.place)}
    return tuple(_as_made(effect, said.get((effect.type, effect.name))) for effect in effects)


def _as_made(effect: Effect, problem: Problem | None) -> Effect:
    if problem is None or not effect.works:
        return effect
    return replace(effect, works=problem.is_there, does=problem.state)


@contextmanager
def _nothing_logged() -> Iterator[None]:
    """What goes wrong stands in the table."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)
