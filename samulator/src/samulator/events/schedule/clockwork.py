"""Invokes functions on their schedules, as EventBridge rules and EventBridge Scheduler do."""

import json
import logging
import uuid
from datetime import datetime
from typing import Any

from samulator.clock import MACHINE_CLOCK, Clock
from samulator.events.schedule.checked import checked_timetable
from samulator.events.schedule.targets import ScheduleTargets
from samulator.functions.host import Invoker
from samulator.functions.invocation import NotDelivered, NotInvoked, Trigger
from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.eventbridge.target_input import target_input
from samulator.template.model import ScheduleTrigger
from samulator.template.rule_target import API_DESTINATION, service_of

_logger = logging.getLogger(__name__)
# A sleep is blind to a clock that is set and to a laptop that sleeps itself.
_LONGEST_SLEEP_SECONDS = 30.0


class Clockwork:
    """One schedule of one function. Raises InvalidExpression when made."""

    def __init__(
        self,
        trigger: ScheduleTrigger,
        invoker: Invoker,
        *,
        region: str,
        targets: ScheduleTargets | None = None,
        clock: Clock = MACHINE_CLOCK,
    ) -> None:
        """`targets` get what is not for a function."""
        self._targets = targets
        self._trigger = trigger
        self._invoker = invoker
        self._region = region
        self._clock = clock
        self._timetable = checked_timetable(trigger)

    async def run(self) -> None:
        """Invokes until cancelled, or until the schedule is over."""
        now = self._clock.now()
        due = self.next_after(now)
        while due is not None:
            await self._clock.sleep(min((due - now).total_seconds(), _LONGEST_SLEEP_SECONDS))
            before, now = now, self._clock.now()
            if now < before:
                # The clock was set back: by the new time, it is due earlier than that.
                due = self.next_after(now)
            elif now >= due:
                await self._invoke(due)
                # After the laptop slept, missed times are skipped rather than caught up.
                due = self.next_after(now)

    async def _invoke(self, due: datetime) -> None:
        trigger = self._trigger
        try:
            if trigger.function:
                await self._invoker.invoke_event(
                    trigger.function, self.payload(due), trigger=Trigger.SCHEDULE
                )
            elif self._targets is not None and service_of(trigger.target) == API_DESTINATION:
                await self._targets.let_rule_send(self._arn(), trigger.target, due)
            elif self._targets is not None:
                await self._targets.send(trigger.target, self.payload(due).decode())
        except (NotInvoked, NotDelivered, ValueError) as error:
            _logger.warning("schedule %s: %s", trigger.name, error)

    def next_after(self, moment: datetime) -> datetime | None:
        """The next time in UTC, None if the schedule is over."""
        return self._timetable.next_after(moment)

    def payload(self, due: datetime) -> bytes:
        """The template's Input, or the event AWS sends by default, or what is made of that.

        Raises ValueError for a path that is none.
        """
        if {"InputPath", "InputTransformer"} & {*self._trigger.target}:
            event, arn = self._default_event(due), self._arn()
            made = target_input(self._trigger.target, event, rule_arn=arn, ingested=_shown(due))
            return made.encode()
        if self._trigger.input is None:
            return json.dumps(self._default_event(due)).encode()
        if self._trigger.event_bridge_rule:
            return self._trigger.input.encode()
        return self._filled_input(self._trigger.input, due).encode()

    def _filled_input(self, text: str, due: datetime) -> str:
        """The Input with the context attributes that EventBridge Scheduler fills in."""
        attributes = {
            "schedule-arn": self._arn(),
            "scheduled-time": _shown(due),
            "execution-id": str(uuid.uuid4()),
            "attempt-number": "1",
        }
        for name, value in attributes.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text

    def _default_event(self, due: datetime) -> dict[str, Any]:
        rule = self._trigger.event_bridge_rule
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events" if rule else "aws.scheduler",
            "account": ACCOUNT_ID,
            "time": _shown(due),
            "region": self._region,
            "resources": [self._arn()],
            # A rule sends an object, the scheduler a string that holds one.
            "detail": {} if rule else "{}",
        }

    def _arn(self) -> str:
        service, kind = "scheduler", f"schedule/{self._trigger.group}"
        if self._trigger.event_bridge_rule:
            service, kind = "events", "rule"
        return f"arn:aws:{service}:{self._region}:{ACCOUNT_ID}:{kind}/{self._trigger.name}"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
