"""What AWS's services here could not make of a resource, and why."""

from dataclasses import dataclass

from samulator.template.model import Resource


@dataclass(frozen=True)
class Problem:
    """`is_there` where the resource was made before what the reason names went wrong."""

    resource: Resource
    reason: str
    is_there: bool

    @property
    def line(self) -> str:
        """As a start says it."""
        return f"{self.resource.logical_id} ({self.resource.type}) {self.state}"

    @property
    def state(self) -> str:
        if self.is_there:
            return f"is there, but not as the template says: {self.reason}"
        return f"is not there: {self.reason}"
