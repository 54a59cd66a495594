"""Has moto execute the state machines that it is asked to start."""

from moto.core.config import default_user_config

from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations
from samulator.servers.aws.step_functions.activities import serve_activities
from samulator.servers.aws.step_functions.calls import call_services_at, spell_as_services_do
from samulator.servers.aws.step_functions.context_object import write_times_as_the_service_does
from samulator.servers.aws.step_functions.definitions import read_definitions_as_the_service_does
from samulator.servers.aws.step_functions.distributed_map import (
    run_distributed_maps_as_the_service_does,
)
from samulator.servers.aws.step_functions.errors import name_errors
from samulator.servers.aws.step_functions.executions import (
    describe_outputs_as_json,
    name_executions,
    serve_synchronous_executions,
)
from samulator.servers.aws.step_functions.expressions import evaluate_jsonata
from samulator.servers.aws.step_functions.failures import name_failures
from samulator.servers.aws.step_functions.gateway_calls import call_apis_at
from samulator.servers.aws.step_functions.history import page_histories
from samulator.servers.aws.step_functions.http_tasks import serve_http_tasks
from samulator.servers.aws.step_functions.item_reader import read_items_as_the_service_does
from samulator.servers.aws.step_functions.map_workers import work_without_recursion
from samulator.servers.aws.step_functions.redrive import serve_redrives


def run_state_machines(url: str, functions_url: str | None, destinations: ApiDestinations) -> None:
    """Let tasks call the services at `url`, WebSocket APIs at `functions_url`, the template's APIs,
    and what else `destinations` may ask.

    Call when Step Functions is first asked: moto's interpreter costs a second of processor time
    and 110 MB.
    """
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    # First, for the interpreter's modules take it over by its name.
    call_services_at(url)
    spell_as_services_do()
    if functions_url is not None:
        call_apis_at(functions_url, destinations.apis)
    serve_http_tasks(destinations)
    name_errors()
    name_failures()
    read_definitions_as_the_service_does()
    write_times_as_the_service_does()
    work_without_recursion()
    run_distributed_maps_as_the_service_does()
    read_items_as_the_service_does()
    serve_activities()
    evaluate_jsonata()
    name_executions()
    describe_outputs_as_json()
    page_histories()
    serve_synchronous_executions()
    serve_redrives()
