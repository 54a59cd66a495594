"""Schedule expressions of EventBridge: rate(), cron() and at().

Grammar: Amazon EventBridge Scheduler User Guide, "Schedule types".
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from samulator.events.schedule.cron import Cron, parse_cron
from samulator.events.schedule.field import InvalidExpression

__all__ = ["At", "Cron", "InvalidExpression", "Rate", "Schedule", "parse"]

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_LONGEST = timedelta(days=36500)


@dataclass(frozen=True)
class Rate:
    """Every `seconds`, counted from the start of the stack."""

    seconds: int

    def next_after(self, moment: datetime) -> datetime | None:
        return moment + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class At:
    """Once."""

    moment: datetime

    def next_after(self, moment: datetime) -> datetime | None:
        return self.moment if self.moment > moment else None


Schedule = Rate | At | Cron


def parse(expression: str) -> Schedule:
    """Raises InvalidExpression."""
    match = re.fullmatch(r"(rate|cron|at)\((.+)\)", expression.strip(), re.DOTALL)
    if match is None or not expression.isascii():
        raise InvalidExpression(f"{expression!r} is none of rate(...), cron(...), at(...)")
    kind, inside = match.groups()
    if kind == "rate":
        return _parse_rate(inside)
    if kind == "at":
        return _parse_at(inside)
    return parse_cron(inside.split())


def _parse_rate(text: str) -> Rate:
    match = re.fullmatch(r"([1-9]\d{0,9})\s+(minute|hour|day)(s?)", text.strip())
    if match is None or (match[1] == "1") == bool(match[3]):
        raise InvalidExpression(
            f"rate({text}) is not a number and a unit such as 1 minute or 5 minutes"
        )
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > _LONGEST.total_seconds():
        raise InvalidExpression(f"rate({text}) is more than {_LONGEST.days} days")
    return Rate(seconds)


def _parse_at(text: str) -> At:
    try:
        if not re.fullmatch(r"[\d-]{10}T[\d:]{8}", text.strip()):
            raise ValueError("other lengths")
        return At(datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC))
    except ValueError as error:
        raise InvalidExpression(f"at({text}) is not yyyy-mm-ddThh:mm:ss") from error
