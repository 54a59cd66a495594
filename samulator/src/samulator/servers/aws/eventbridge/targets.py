"""Carries events to the targets of rules, and to dead-letter queues what no target took.

Rules: Amazon EventBridge User Guide, "Event bus targets" and "How EventBridge retries delivering
events".
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from moto.events.models import Rule, events_backends

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.delivery import Delivery, Event, HttpRequest, Refusal
from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations
from samulator.servers.aws.eventbridge.sending import SENDERS
from samulator.servers.aws.eventbridge.target_input import target_input
from samulator.servers.aws.messages import AWS_ERRORS, bury, code_of

_MOST_RETRIES = 185
# What EventBridge calls a target that is not there, and other errors that no retry helps.
_NO_RESOURCE, _CLIENT_ERROR = "NO_RESOURCE", "SDK_CLIENT_ERROR"
_ARCHIVE = "Events-Archive-"

# Puts an event on the bus of an ARN, given the buses that it was on; raises TargetFailed.
Forward = Callable[[str, Mapping[str, Any], frozenset[str]], None]


class TargetFailed(Exception):
    """A target did not take an event; `code` is EventBridge's word for the cause."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RuleTargets:
    """Functions, APIs, API destinations, other buses, archives, and what SENDERS names."""

    def __init__(
        self, delivery: Delivery | None, forward: Forward, destinations: ApiDestinations
    ) -> None:
        """Without `delivery` no function gets anything, and nobody over HTTP."""
        self._delivery = delivery
        self._destinations = destinations
        self._forward = forward

    def send(
        self, rule: Rule, target: Mapping[str, Any], event: Mapping[str, Any], path: frozenset[str]
    ) -> None:
        """Never raises for a target that fails: it is no problem of who put the event."""
        try:
            self._send(rule, target, event, path)
        except TargetFailed as error:
            _bury(rule, target, json.dumps(event), Refusal(str(error), error.code, is_final=True))
        except (*AWS_ERRORS, LookupError, ValueError) as error:
            code = code_of(error)
            is_missing = any(word in code for word in ("NonExist", "NotFound", "DoesNotExist"))
            named = _NO_RESOURCE if is_missing else _CLIENT_ERROR
            _bury(rule, target, json.dumps(event), Refusal(str(error), named, is_final=True))

    def _send(
        self, rule: Rule, target: Mapping[str, Any], event: Mapping[str, Any], path: frozenset[str]
    ) -> None:
        arn = str(target["Arn"])
        service = arn.split(":")[2]
        if service == "events" and rule.name.startswith(_ARCHIVE) and arn.endswith(":::"):
            _archive(rule, event)
        elif service == "events" and ":event-bus/" in arn:
            self._forward(arn, event, path)
        else:
            ingested = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            text = target_input(target, event, rule_arn=rule.arn, ingested=ingested)
            if service == "lambda":
                self._deliver(rule, target, text)
            elif service == "execute-api" or ":api-destination/" in arn:
                asked, body = self._destinations.request(target, event, text)
                self._deliver(rule, target, body, asked)
            elif service in SENDERS:
                SENDERS[service](target, text)
            else:
                raise TargetFailed(_CLIENT_ERROR, f"targets of {service} get nothing here")

    def _deliver(
        self, rule: Rule, target: Mapping[str, Any], text: str, request: HttpRequest | None = None
    ) -> None:
        if self._delivery is None:
            return
        retries = (target.get("RetryPolicy") or {}).get("MaximumRetryAttempts", _MOST_RETRIES)
        self._delivery.put(
            Event(
                function=str(target["Arn"]),
                payload=text.encode(errors="replace"),
                title=f"An event of rule {rule.name}",
                most_retries=int(retries),
                on_refused=partial(_bury, rule, target, text),
                request=request,
            )
        )


def _bury(rule: Rule, target: Mapping[str, Any], text: str, refusal: Refusal) -> None:
    arn = (target.get("DeadLetterConfig") or {}).get("Arn")
    code = _NO_RESOURCE if "NotFound" in refusal.code else refusal.code or _CLIENT_ERROR
    attributes: dict[str, str | int] = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": str(target["Arn"]),
        "ERROR_CODE": code,
        "ERROR_MESSAGE": refusal.reason,
    }
    if not refusal.is_final:
        attributes["EXHAUSTED_RETRY_CONDITION"] = "MaximumRetryAttempts"
        attributes["RETRY_ATTEMPTS"] = refusal.retries
    lost = f"An event of rule {rule.name} was not delivered to {target['Arn']}: {refusal.reason}"
    bury(arn, text, attributes, lost)


def _archive(rule: Rule, event: Mapping[str, Any]) -> None:
    """moto keeps an archive as a rule of its own, whose events have a number for a time."""
    moment = datetime.fromisoformat(str(event["time"])).timestamp()
    kept: Any = {**event, "time": moment, "ingestion-time": moment}
    archives = events_backends[ACCOUNT_ID][rule.region_name].archives
    archives[rule.name.removeprefix(_ARCHIVE)].events.append(kept)
