"""Event buses: moto keeps them and their rules, this module decides who gets an event.

moto's own way matches with fewer operators, sends to fewer targets and never to a function.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.events.models import EventBus, Rule, events_backends

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.delivery import Delivery
from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations
from samulator.servers.aws.eventbridge.scheduled import as_sent, is_for, is_scheduled
from samulator.servers.aws.eventbridge.targets import RuleTargets, TargetFailed
from samulator.template.event_pattern import InvalidPattern, read_pattern

_logger = logging.getLogger(__name__)


class EventBuses:
    """Carries events from buses to the targets of the rules that they fit."""

    def __init__(self, delivery: Delivery | None, destinations: ApiDestinations) -> None:
        """Without `delivery` no function gets anything, and nobody over HTTP."""
        self._targets = RuleTargets(delivery, self._forward, destinations)

    def install(self) -> None:
        """Makes moto's rules send their events here, from PutEvents and from replays alike."""

        def send_to_targets(
            rule: Rule, original_event: Mapping[str, Any], transform_input: bool = True
        ) -> None:
            del transform_input
            self._send(rule, _complete(original_event), frozenset({rule.event_bus_name}))

        Rule.send_to_targets = send_to_targets  # type: ignore[method-assign, assignment]

    def put(self, event: Mapping[str, Any]) -> None:
        """Puts an event of AWS's own, complete as targets get it, on the default bus."""
        self._put(event, _bus(event["region"], "default"), frozenset())

    def _forward(self, arn: str, event: Mapping[str, Any], path: frozenset[str]) -> None:
        """An event never comes to a bus twice: `path` are those that it was on."""
        _, _, _, region, _, name = arn.split(":", 5)
        bus = _bus(region, name.removeprefix("event-bus/"))
        if bus is None:
            raise TargetFailed("NO_RESOURCE", f"there is no event bus {arn}")
        if bus.name not in path:
            self._put(event, bus, path)

    def _put(self, event: Mapping[str, Any], bus: EventBus | None, path: frozenset[str]) -> None:
        if bus is not None:
            for rule in [*bus.rules.values()]:
                self._send(rule, event, path | {bus.name})

    def _send(self, rule: Rule, event: Mapping[str, Any], path: frozenset[str]) -> None:
        if rule.state == "DISABLED":
            return
        if is_scheduled(event):
            for target in [each for each in rule.targets if is_for(event, rule.arn, each)]:
                self._targets.send(rule, target, as_sent(event), path)
            return
        # A rule with a schedule alone has no pattern.
        if not rule.event_pattern.get_pattern():
            return
        try:
            matches = read_pattern(rule.event_pattern.get_pattern())
        except InvalidPattern as error:
            _logger.error("rule %s fits nothing: %s", rule.name, error)
            return
        if matches(event):
            for target in [*rule.targets]:
                self._targets.send(rule, target, event, path)


def _bus(region: str, name: str) -> EventBus | None:
    bus: EventBus | None = events_backends[ACCOUNT_ID][region].event_buses.get(name)
    return bus


def _complete(event: Mapping[str, Any]) -> dict[str, Any]:
    """As targets get it: moto's times are numbers, and one of its fields is none of AWS's."""
    shown = {name: value for name, value in event.items() if name != "ingestion-time"}
    return shown | {"time": _shown(event["time"])}


def _shown(moment: object) -> str:
    if isinstance(moment, int | float):
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return str(moment)
