"""How tasks call services: at which address, and in whose spelling."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.model import OperationModel, Shape

from samulator.servers.aws.client import direct, local_session

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (  # noqa: E501
        StateTaskService,
    )

# A task may take as long as a function: the interpreter keeps its own time.
_PATIENCE_SECONDS = 900


def call_services_at(url: str) -> None:
    """Replace moto's clients, which look for a server of moto at a name and a port of its own."""
    from moto.stepfunctions.parser.asl.utils import boto_client

    @cache
    def client(region: str, service: str) -> "BaseClient":
        config = Config(
            s3={"addressing_style": "path"},
            inject_host_prefix=False,
            parameter_validation=False,
            retries={"total_max_attempts": 1},
            read_timeout=_PATIENCE_SECONDS,
        )
        made: BaseClient = local_session(region).client(  # type: ignore[call-overload]
            service, endpoint_url=url, config=direct(config)
        )
        return made

    def client_for(region: str, service: str, state_credentials: object = None) -> "BaseClient":
        del state_credentials
        return client(region, service)

    boto_client.boto_client_for = client_for


def spell_as_services_do() -> None:
    """Step Functions writes all members in PascalCase, whatever the service writes.

    moto has what translates them and left out where it is called.
    """
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (  # noqa: E501
        StateTaskService,
    )

    def parameters(
        task: StateTaskService,
        parameters: dict[str, Any],
        boto_service_name: str | None = None,
        service_action_name: str | None = None,
    ) -> None:
        shape = _operation(task, boto_service_name, service_action_name).input_shape
        _translate(task._to_boto_request, parameters, shape)

    def response(
        task: StateTaskService,
        response: Any,  # noqa: ANN401 - whatever a service answers
        boto_service_name: str | None = None,
        service_action_name: str | None = None,
    ) -> None:
        shape = _operation(task, boto_service_name, service_action_name).output_shape
        _translate(task._from_boto_response, response, shape)

    # mypy knows what they were.
    StateTaskService._normalise_parameters = parameters  # type: ignore[method-assign, assignment]
    StateTaskService._normalise_response = response  # type: ignore[method-assign, assignment]


def _translate(translate: Callable[[Any, Any], None], value: object, shape: Shape | None) -> None:
    """In place, as moto does it; an operation may take or answer nothing."""
    if shape is not None:
        translate(value, shape)


def _operation(task: "StateTaskService", service: str | None, action: str | None) -> OperationModel:
    client = _model_client(task._get_boto_service_name(service))
    name = client.meta.method_to_api_mapping[task._get_boto_service_action(action)]
    return client.meta.service_model.operation_model(name)


@cache
def _model_client(service: str) -> "BaseClient":
    """Never called: it knows the operations of its service."""
    client: BaseClient = local_session("us-east-1").client(service)  # type: ignore[call-overload]
    return client
