"""Alarms on log lines worked out as CloudWatch does: filter, sums of a minute, expression, state.

From the template alone: the filters' patterns, the alarm's expression, threshold and datapoints.
"""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.template_document import read_document

ROOT = Path(__file__).parents[1]
ALARMS = read_document(ROOT / "infrastructure" / "release_alarms.yaml")["Resources"]

Line = dict[str, Any]
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
}


def counted(lines: Sequence[Line], name: str, resources: Mapping[str, Any] = ALARMS) -> list[Line]:
    """The lines that a metric filter of the template counts, by its own pattern's conditions."""
    pattern: str = resources[name]["Properties"]["FilterPattern"]
    conditions = [part.split(maxsplit=2) for part in pattern.strip("{} ").split(" && ")]
    return [line for line in lines if all(_holds(line, *each) for each in conditions)]


def rings(name: str, minutes: Sequence[Sequence[Line]], *, version: str) -> bool:
    """Whether the alarm is in ALARM after these minutes of log lines, for that released version."""
    alarm = ALARMS[name]["Properties"]
    points = [_value(alarm, lines, version) for lines in minutes[-alarm["EvaluationPeriods"] :]]
    compare = _COMPARE[alarm["ComparisonOperator"]]
    assert alarm["TreatMissingData"] == "notBreaching"
    breaching = [p for p in points if p is not None and compare(p, alarm["Threshold"])]
    return len(breaching) >= alarm["DatapointsToAlarm"]


def _value(alarm: Mapping[str, Any], lines: Sequence[Line], version: str) -> float | None:
    """One minute's; None where a metric that the expression does not fill has no data."""
    if "MetricName" in alarm:
        return _sum(alarm["MetricName"], [], lines, version)
    values: dict[str, Any] = {"FILL": lambda value, other: other if value is None else value}
    for metric in alarm["Metrics"]:
        if "MetricStat" in metric:
            stat = metric["MetricStat"]
            assert (stat["Period"], stat["Stat"]) == (60, "Sum")
            watched = stat["Metric"]
            values[metric["Id"]] = _sum(
                watched["MetricName"], watched["Dimensions"], lines, version
            )
    (expression,) = [one["Expression"] for one in alarm["Metrics"] if "Expression" in one]
    try:
        return float(eval(expression, {"__builtins__": {}}, values))
    except TypeError:
        return None


def _sum(
    metric: str, dimensions: Sequence[Mapping[str, Any]], lines: Sequence[Line], version: str
) -> float | None:
    """Of the filter that makes the metric; a dimension's value is the released version's number."""
    (name,) = [
        name
        for name, one in ALARMS.items()
        if one["Type"] == "AWS::Logs::MetricFilter"
        and one["Properties"]["MetricTransformations"][0]["MetricName"] == metric
    ]
    (transformation,) = ALARMS[name]["Properties"]["MetricTransformations"]
    fields = [one["Value"].removeprefix("$.") for one in transformation.get("Dimensions", [])]
    assert [one["Name"] for one in dimensions] == fields
    found = [
        line for line in counted(lines, name) if all(line[field] == version for field in fields)
    ]
    if not found and "DefaultValue" not in transformation:
        return None
    return float(transformation["MetricValue"]) * len(found)


def _holds(line: Line, field: str, comparison: str, value: str) -> bool:
    found = line.get(field.removeprefix("$."))
    if value == "*":
        return found is not None
    wanted = json.loads(value)
    if isinstance(wanted, str):
        return isinstance(found, str) and fnmatchcase(found, wanted)
    return found is not None and (found >= wanted if comparison == ">=" else found == wanted)
