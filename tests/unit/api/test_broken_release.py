"""A release that answers nothing but 500 says so in the lines that its alarms count."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from api.handler import HttpEntry
from api.observability import get_logger
from api.settings import load_settings
from tests.alarm_maths import ALARMS, counted

ROOT = Path(__file__).parents[3]
EVENT = json.loads((ROOT / "events" / "http_status.json").read_text())


def lines_of(entry: HttpEntry, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What one request leaves in the log."""
    log = io.StringIO()
    monkeypatch.setattr(get_logger().registered_handler, "stream", log)
    answer = entry(EVENT, None)
    assert answer["statusCode"] == 500
    return [json.loads(line) for line in log.getvalue().splitlines() if line.startswith("{")]


def broken_settings() -> Any:
    return load_settings()


def broken_code() -> Any:
    raise ImportError("no module named redis")


@pytest.mark.parametrize("load", [broken_settings, broken_code])
@pytest.mark.parametrize("metric", ["ServerErrors", "RequestsOfVersion", "ServerErrorsOfVersion"])
def test_a_release_that_cannot_start_is_counted_by_every_release_alarm(
    monkeypatch: pytest.MonkeyPatch, load: Any, metric: str
) -> None:
    monkeypatch.setenv("REDIS_HOST", "")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_VERSION", "12")
    (line,) = counted(lines_of(HttpEntry(load), monkeypatch), metric)
    assert (line["status"], line["version"], line["route"]) == (500, "12", "ANY /status")


def test_the_release_alarm_watches_the_version_that_is_released() -> None:
    metrics = ALARMS["ApiReleaseErrors"]["Properties"]["Metrics"]
    for metric in metrics[1:]:
        (dimension,) = metric["MetricStat"]["Metric"]["Dimensions"]
        # The eighth part of a version's ARN is its number.
        version = {"Fn::Select": [7, {"Fn::Split": [":", {"Ref": "UsersApiVersion"}]}]}
        assert dimension == {"Name": "version", "Value": version}
