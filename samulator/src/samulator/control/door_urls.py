"""Where the doors of an application will be, before anything that serves them is imported."""

from samulator.http.plan import PortPlan, plan_ports
from samulator.servers.ports import LOOPBACK, Ports, is_free
from samulator.template.model import Application


def planned(application: Application, ports: Ports) -> list[PortPlan]:
    """Return which doors share a port; further ports are those that nobody has now."""

    def is_taken(port: int) -> bool:
        return port in {own for _, own in ports.items()} or not is_free(port)

    return plan_ports(application, ports.api, is_taken)


def door_urls(application: Application, ports: Ports) -> dict[str, str]:
    """Return the URL of each API by its logical id. Ask before the doors are open."""
    return {
        api.id: f"http://{LOOPBACK}:{plan.port}"
        for plan in planned(application, ports)
        for api in plan.apis
    }
