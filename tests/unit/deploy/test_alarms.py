"""Alarms on the functions' own metrics watch what the functions write, dimension by dimension."""

import io
import json

import pytest

from api.breaker import CircuitBreaker
from api.observability import emit, get_logger
from api.users.search.document import INDEX
from tests.alarm_maths import counted
from tests.unit.deploy.test_template import TEMPLATES, of_type

STORE_ALARMS = TEMPLATES["store_alarms.yaml"]["Resources"]
OWN = {
    alarm["MetricName"]: alarm
    for alarm in of_type("AWS::CloudWatch::Alarm").values()
    if alarm.get("Namespace") == {"Ref": "MetricsNamespace"}
}


def metrics_in(printed: str) -> dict[str, list[set[str]]]:
    """The sets of dimensions, with their values, of every metric in lines of EMF."""
    found: dict[str, list[set[str]]] = {}
    for line in printed.splitlines():
        document = json.loads(line)
        for directive in document.get("_aws", {}).get("CloudWatchMetrics", []):
            sets = [{f"{n}={document[n]}" for n in names} for names in directive["Dimensions"]]
            for metric in directive["Metrics"]:
                found[metric["Name"]] = sets
    return found


def variables(function: str) -> dict[str, str]:
    resource = TEMPLATES["template.yaml"]["Resources"][function]["Properties"]
    declared = resource["Environment"]["Variables"]
    return {name: text for name, text in declared.items() if isinstance(text, str)}


@pytest.fixture
def written(monkeypatch, capsys) -> dict[str, list[set[str]]]:
    """What both applications write under the variables of the template."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "a-stack")
    for name, text in variables("SearchSyncFunction").items():
        monkeypatch.setenv(name, text)
    emit({"OutboxRows": 1, "OutboxAgeSeconds": 1.0}, {})
    for name, text in variables("SalesEtlFunction").items():
        monkeypatch.setenv(name, text)
    from etl.handler import count  # Powertools reads the environment when it is imported
    from etl.publication.precedence import Result
    from etl.report.model import FAILED, PROCESSING, REFUSED, TOO_LARGE, WARNED
    from tests.unit.etl.reports import report_of

    nothing_left = report_of("1,,c,p,1,1\n")
    count([Result("a.csv", status, None) for status in (FAILED, PROCESSING, REFUSED, TOO_LARGE)])
    count([Result("a.csv", WARNED, nothing_left)])
    return metrics_in(capsys.readouterr().out)


def test_every_alarm_on_an_own_metric_gets_what_it_watches(written):
    of_files = {"Files_failed", "Files_refused", "Files_too_large", "Files_warned"}
    assert set(OWN) == of_files | {"ZeroRowsOut", "OutboxAgeSeconds"}
    for name, alarm in OWN.items():
        watched = {f"{one['Name']}={one['Value']}" for one in alarm["Dimensions"]}
        assert watched in written[name], name


def test_dashboard_shows_own_metrics_with_the_dimensions_they_have(written):
    dashboard = of_type("AWS::CloudWatch::Dashboard")["Dashboard"]
    shown: dict[str, set[str]] = {}
    for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]:
        above: list[str] = []
        for row in widget["properties"]["metrics"]:
            words = [word for word in row if isinstance(word, str)]
            if words[0] == "...":
                words = above[: len(above) - len(words) + 1] + words[1:]
            above = [above[i] if word == "." else word for i, word in enumerate(words)]
            if above[0] == "${MetricsNamespace}":
                shown[above[1]] = {
                    f"{n}={v}" for n, v in zip(above[2::2], above[3::2], strict=True)
                }
    assert set(shown) >= set(OWN) - {"ZeroRowsOut"}
    for name, dimensions in shown.items():
        assert dimensions in written[name], name


def test_alarms_and_metrics_are_of_one_stack_alone(written):
    """Two stacks of one account, one of them for tests, never ring each other's alarms."""
    stack = {"Ref": "AWS::StackName"}
    template = TEMPLATES["template.yaml"]
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == stack
    monitoring = template["Resources"]["Monitoring"]["Properties"]["Parameters"]
    assert monitoring["MetricsNamespace"] == stack
    for alarm in of_type("AWS::CloudWatch::Alarm").values():
        assert alarm.get("Namespace", "AWS/") in ({"Ref": "MetricsNamespace"}, {"Ref": "Name"}) or (
            alarm.get("Namespace", "AWS/").startswith("AWS/")
        )


def test_alarms_on_outages_count_the_lines_that_a_breaker_writes(monkeypatch):
    """The filter and the code agree on the words."""
    log = io.StringIO()
    monkeypatch.setattr(get_logger().registered_handler, "stream", log)
    for backend in ("redis", "opensearch writes", "opensearch searches"):
        breaker = CircuitBreaker(backend, slow_seconds=1.0, failures=1)
        with pytest.raises(OSError, match="away"), breaker.watch():
            raise OSError("away")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    counts = {
        name: len(counted(lines, name, STORE_ALARMS)) for name in STORE_ALARMS if "Outages" in name
    }
    assert counts == {"CacheOutages": 1, "SearchOutages": 2}


def test_one_search_node_is_green_and_only_what_cannot_be_read_rings():
    """A copy of a shard has no place on a single node: yellow would be its colour for good."""
    assert INDEX["settings"]["auto_expand_replicas"] == "0-1"
    colours = {
        alarm["MetricName"]
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName", "").startswith("ClusterStatus.")
    }
    assert colours == {"ClusterStatus.red"}


def test_a_store_of_somebody_elses_has_no_alarms_on_what_only_its_owner_sees():
    for name, resource in STORE_ALARMS.items():
        namespace = resource["Properties"].get("Namespace")
        owner = {"AWS/RDS": "OwnDatabase", "AWS/ElastiCache": "OwnCache", "AWS/ES": "OwnSearch"}
        assert resource.get("Condition") == owner.get(str(namespace)), name


def test_the_dashboard_of_causes_shows_only_metrics_that_a_filter_or_a_service_makes():
    made = {
        resource["Properties"]["MetricTransformations"][0]["MetricName"]
        for template in TEMPLATES.values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Logs::MetricFilter"
    }
    board = json.loads(of_type("AWS::CloudWatch::Dashboard")["Causes"]["DashboardBody"]["Fn::Sub"])
    rows = [row for one in board["widgets"] for row in one["properties"].get("metrics", [])]
    own = {row[1] for row in rows if row[0] == "${Name}"}
    assert own == {"CacheOutages", "SearchOutages", "ServerErrors", "TurnedAway", "Unavailable"}
    assert own | {"ServerErrorsOfVersion", "RequestsOfVersion"} == made


def test_connections_ring_beyond_what_the_functions_account_for():
    """At the API's full concurrency with the others' connections it is silent, wherever that is."""
    alarm = of_type("AWS::CloudWatch::Alarm")["DatabaseConnections"]
    beyond, connections = alarm["Metrics"]
    assert beyond["Expression"] == {"Fn::Sub": "connections - ${ApiConcurrency}"}
    assert connections["MetricStat"]["Metric"]["MetricName"] == "DatabaseConnections"
    template = TEMPLATES["template.yaml"]
    given = template["Resources"]["Monitoring"]["Properties"]["Parameters"]
    assert given["ApiConcurrency"] == {"Ref": "ApiConcurrency"}
    functions = of_type("AWS::Serverless::Function").values()
    network = of_type("AWS::Serverless::Function")["UsersApiFunction"]["VpcConfig"]
    others = [one for one in functions if one.get("VpcConfig") == network][1:]
    assert 0 < len(others) < alarm["Threshold"]
    # db.t4g.micro takes about 85, some of which are PostgreSQL's own.
    assert int(template["Parameters"]["ApiConcurrency"]["Default"]) + alarm["Threshold"] <= 75


def test_a_new_database_without_credits_rings_nothing_until_it_computes_on_billed_ones():
    """T4g begins at none and earns some each hour; at its baseline or below it has one soon."""
    alarm = STORE_ALARMS["DatabaseCredits"]["Properties"]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 1)
    assert alarm["ComparisonOperator"] == "LessThanThreshold"
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 6 * 3600


@pytest.mark.parametrize(("name", "percent"), [("SearchMemory", 95), ("SearchOldMemory", 80)])
def test_memory_of_opensearch_rings_where_aws_recommends(name, percent):
    alarm = STORE_ALARMS[name]["Properties"]
    assert (alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]) == (percent, 60, 3)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
