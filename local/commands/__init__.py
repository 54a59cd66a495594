"""The commands of `python -m local`, in the order the help lists them."""

from local.commands import data, doctor, function, sam, service, stack
from local.commands.command import Command, CommandFailed

__all__ = ["COMMANDS", "Command", "CommandFailed"]

COMMANDS: tuple[Command, ...] = (
    stack.UP,
    sam.UP_SAM,
    stack.DOWN,
    stack.RESET,
    service.STOP_SERVICE,
    service.START_SERVICE,
    function.INVOKE,
    data.EVENTS,
    data.LOGS,
    doctor.DOCTOR,
)
