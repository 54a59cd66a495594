"""Where the parts of a deployment are: what one zone's end leaves standing."""

from typing import Any

import pytest

from tests.resolved_template import resolved

Resources = dict[str, dict[str, Any]]
ADDRESSES = {"VpcCidr": "10.40.0.0/16", "AvailabilityZones": ""}


@pytest.mark.parametrize("subnets", ["subnet-a,subnet-b", "subnet-a,subnet-b,subnet-c"])
@pytest.mark.parametrize(("highly_available", "zones"), [("true", 2), ("false", 1)])
def test_opensearch_gets_a_subnet_for_each_of_its_zones_however_many_there_are(
    subnets: str, highly_available: str, zones: int
) -> None:
    made = resolved(
        "infrastructure/stores.yaml", SubnetIds=subnets, HighlyAvailable=highly_available
    )
    domain = made["Search"]["Properties"]
    assert domain["ClusterConfig"]["ZoneAwarenessEnabled"] is (zones == 2)
    assert domain["ClusterConfig"]["InstanceCount"] == zones
    assert domain["VPCOptions"]["SubnetIds"] == subnets.split(",")[:zones]


def ways_out(made: Resources) -> dict[str, str]:
    """By zone of a private subnet: the zone of the NAT gateway that it leaves by."""
    of = {name: resource["Properties"] for name, resource in made.items()}
    table = {
        one["SubnetId"]: one["RouteTableId"]
        for one in of.values()
        if {"SubnetId", "RouteTableId"} <= one.keys()
    }
    gateway = {
        one["RouteTableId"]: one.get("NatGatewayId") for one in of.values() if is_default(one)
    }
    return {
        of[subnet]["AvailabilityZone"]: of[of[gateway[routes]]["SubnetId"]]["AvailabilityZone"]
        for subnet, routes in table.items()
        if gateway.get(routes)
    }


def is_default(properties: dict[str, Any]) -> bool:
    return properties.get("DestinationCidrBlock") == "0.0.0.0/0"


def test_each_zone_has_a_way_out_of_its_own_where_it_is_to_be_highly_available() -> None:
    network = resolved(
        "infrastructure/network.yaml", Egress="nat", HighlyAvailable="true", **ADDRESSES
    )
    assert ways_out(network) == {"us-east-1a": "us-east-1a", "us-east-1b": "us-east-1b"}


def test_one_way_out_is_shared_where_it_is_not() -> None:
    network = resolved("infrastructure/network.yaml", Egress="nat", **ADDRESSES)
    assert ways_out(network) == {"us-east-1a": "us-east-1a", "us-east-1b": "us-east-1a"}


def test_the_database_has_a_second_zone_where_it_is_to_be_highly_available() -> None:
    for asked in ("true", "false"):
        made = resolved("infrastructure/stores.yaml", SubnetIds="a,b", HighlyAvailable=asked)
        assert made["Database"]["Properties"]["MultiAZ"] is (asked == "true")
