"""The commands of `samulator`, in the order the help lists them."""

from samulator.cli import check, data, doctor, function, sam, service, stack, token
from samulator.cli.command import Command, CommandFailed

__all__ = ["COMMANDS", "Command", "CommandFailed"]

COMMANDS: tuple[Command, ...] = (
    stack.UP,
    sam.UP_SAM,
    stack.DOWN,
    stack.RESET,
    service.STOP_SERVICE,
    service.START_SERVICE,
    function.INVOKE,
    token.TOKEN,
    data.EVENTS,
    data.LOGS,
    check.CHECK,
    doctor.DOCTOR,
)
