"""When a schedule is due, in UTC: its expression, its time zone, its first and last date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from samulator.events.schedule.expression import At, InvalidExpression, Rate, Schedule, parse
from samulator.template.model import ScheduleTrigger


@dataclass(frozen=True)
class Timetable:
    """Times are in UTC; `start` and `end` bound a recurring schedule, both included."""

    schedule: Schedule
    zone: tzinfo = UTC
    start: datetime | None = None
    end: datetime | None = None

    def next_after(self, moment: datetime) -> datetime | None:
        """The next time after the moment, None if the schedule is over."""
        try:
            return self._next_after(moment)
        except OverflowError:
            # Later, by UTC, than the last day of the calendar.
            return None

    def _next_after(self, moment: datetime) -> datetime | None:
        if isinstance(self.schedule, At):
            # EventBridge Scheduler gives no heed to the dates of what happens once.
            return next(self._times_after(moment), None)
        if self.start is not None and moment < self.start:
            moment = self.start - timedelta(microseconds=1)
        due = next(self._times_after(moment), None)
        return None if due is None or (self.end is not None and due > self.end) else due

    def _times_after(self, moment: datetime) -> Iterator[datetime]:
        if isinstance(self.schedule, Rate):
            yield self._next_of_rate(moment, timedelta(seconds=self.schedule.seconds))
            return
        shown = self.schedule.next_after(moment.astimezone(self.zone).replace(tzinfo=UTC, fold=0))
        while shown is not None:
            due = shown.replace(tzinfo=self.zone).astimezone(UTC)
            # A time that the clocks leave out is skipped; what they show twice counts once.
            exists = due.astimezone(self.zone).replace(tzinfo=UTC, fold=0) == shown
            if exists and due > moment:
                yield due
            shown = self.schedule.next_after(shown)

    def _next_of_rate(self, moment: datetime, period: timedelta) -> datetime:
        if self.start is None:
            return moment + period
        return self.start + ((moment - self.start) // period + 1) * period


def timetable(trigger: ScheduleTrigger) -> Timetable:
    """Raises InvalidExpression for whatever EventBridge would not take."""
    schedule = parse(trigger.expression)
    if trigger.event_bridge_rule and isinstance(schedule, At):
        raise InvalidExpression("only a ScheduleV2 takes at(...), a rule takes rate and cron")
    return Timetable(
        schedule,
        _zone(trigger.timezone),
        _date("StartDate", trigger.start),
        _date("EndDate", trigger.end),
    )


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidExpression(f"{name!r} is no time zone known here") from error


def _date(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidExpression(f"{name} {text!r} is not yyyy-mm-ddThh:mm:ssZ") from error
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
