"""Invokes functions on their schedules, as EventBridge rules and EventBridge Scheduler do."""

import asyncio
import json
import logging
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local.aws.config import ACCOUNT_ID
from local.runtime.invocation import NotInvoked
from local.template.model import ScheduleTrigger
from local.triggers.expression import InvalidExpression, Rate, Schedule, parse
from local.triggers.invoker import Invoker

_logger = logging.getLogger(__name__)
# A sleep is blind to a clock that is set and to a laptop that sleeps itself.
_LONGEST_SLEEP_SECONDS = 30.0


@dataclass(frozen=True)
class Clock:
    """The machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Clockwork:
    """One schedule of one function. Raises InvalidExpression when made."""

    def __init__(
        self, trigger: ScheduleTrigger, invoker: Invoker, *, region: str, clock: Clock = Clock()
    ) -> None:
        self._trigger = trigger
        self._invoker = invoker
        self._region = region
        self._clock = clock
        self._schedule: Schedule = parse(trigger.expression)
        try:
            self._zone = ZoneInfo(trigger.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidExpression(f"{trigger.timezone!r} is no time zone known here") from error

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
        try:
            await self._invoker.invoke_event(self._trigger.function, self.payload(due))
        except NotInvoked as error:
            _logger.warning("schedule %s: %s", self._trigger.name, error)

    def next_after(self, moment: datetime) -> datetime | None:
        """The next time in UTC; cron() and at() go by the clocks of the schedule's time zone."""
        if isinstance(self._schedule, Rate):
            return self._schedule.next_after(moment)
        clock = moment.astimezone(self._zone).replace(tzinfo=UTC, fold=0)
        shown = self._schedule.next_after(clock)
        if shown is None:
            return None
        due = shown.replace(tzinfo=self._zone)
        # In the hour that clocks show twice, the first showing may be over.
        again = due.replace(fold=1)
        return (due if due.astimezone(UTC) > moment else again).astimezone(UTC)

    def payload(self, due: datetime) -> bytes:
        """The template's Input, or the event AWS sends by default."""
        if self._trigger.input is not None:
            return self._trigger.input.encode()
        return json.dumps(self._default_event(due)).encode()

    def _default_event(self, due: datetime) -> dict[str, Any]:
        rule = self._trigger.event_bridge_rule
        service, resource = (
            ("events", f"rule/{self._trigger.name}")
            if rule
            else ("scheduler", f"schedule/default/{self._trigger.name}")
        )
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": f"aws.{service}",
            "account": ACCOUNT_ID,
            "time": f"{due:%Y-%m-%dT%H:%M:%SZ}",
            "region": self._region,
            "resources": [f"arn:aws:{service}:{self._region}:{ACCOUNT_ID}:{resource}"],
            # A rule sends an object, the scheduler a string that holds one.
            "detail": {} if rule else "{}",
        }
