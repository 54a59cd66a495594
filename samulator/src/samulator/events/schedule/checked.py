"""Says whether EventBridge would take a schedule, and whether it ever fires."""

import json
from collections.abc import Iterable
from datetime import datetime

from samulator.events.schedule.field import InvalidExpression
from samulator.events.schedule.timetable import Timetable, timetable
from samulator.template.model import ScheduleTrigger


def silent_schedules(triggers: Iterable[ScheduleTrigger], now: datetime) -> dict[str, str]:
    """Return the schedules that never fire here, by their places: each expression, and why."""
    silent = {}
    for trigger in triggers:
        reason = _reason_to_be_silent(trigger, now)
        if reason is not None:
            silent[trigger.place] = f"{trigger.expression} does not fire here: {reason}"
    return silent


def _reason_to_be_silent(trigger: ScheduleTrigger, now: datetime) -> str | None:
    try:
        due = checked_timetable(trigger).next_after(now)
    except InvalidExpression as error:
        return str(error)
    return "it has no time to come" if due is None else None


def checked_timetable(trigger: ScheduleTrigger) -> Timetable:
    """Raises InvalidExpression for what EventBridge would not take, its Input too."""
    if trigger.input is not None:
        try:
            json.loads(trigger.input)
        except (ValueError, RecursionError) as error:
            raise InvalidExpression(f"its Input is not JSON: {error}") from error
    return timetable(trigger)
