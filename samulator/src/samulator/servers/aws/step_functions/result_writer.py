"""The ResultWriter of a distributed map: where its results go, and in which form.

moto writes a manifest without files, and for the map that began last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.servers.aws.step_functions.failures import failure
from samulator.servers.aws.step_functions.map_fields import parameters
from samulator.servers.aws.step_functions.map_results import Results

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.component.common.parargs import Parargs
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
    from moto.stepfunctions.parser.asl.eval.environment import Environment

_RESOURCE = ":states:::s3:putObject"


@dataclass(frozen=True)
class Writer:
    """A ResultWriter as its state has it; without `target` the results are the state's output."""

    target: "Parargs | None"
    transformation: str
    output_type: str


def writer_of(state: "StateMap", told: dict[str, Any]) -> Writer:
    """Raises ValueError where the service refuses the field."""
    place = "Parameters" if state._is_language_query_jsonpath() else "Arguments"
    config = told.get("WriterConfig") or {}
    if "Resource" not in told:
        if not config:
            raise ValueError("ResultWriter needs a Resource or a WriterConfig")
        return _writer(None, config, "COMPACT")
    given = told.get(place) or {}
    if not str(told["Resource"]).endswith(_RESOURCE) or not {"Bucket", "Bucket.$"} & set(given):
        raise ValueError(f"ResultWriter needs a Resource arn:aws{_RESOURCE} and {place}.Bucket")
    return _writer(parameters(state, given), config, "NONE")


def _writer(target: "Parargs | None", config: Mapping[str, Any], transformation: str) -> Writer:
    named = str(config.get("Transformation", transformation))
    return Writer(target, named, str(config.get("OutputType", "JSON")))


def written(
    env: "Environment",
    writer: Writer,
    target: dict[str, Any] | None,
    record: Any,  # noqa: ANN401 - moto's
) -> object:
    """Write the results, if there is a target for them, and return the output of the map state."""
    from moto.stepfunctions.parser.asl.utils import boto_client

    results = Results(
        record.map_run_arn,
        record.map_state_machine_arn,
        record.children,
        writer.transformation,
        writer.output_type,
    )
    if target is None:
        return results.output()
    client: Any = boto_client.boto_client_for(region=env.aws_execution_details.region, service="s3")
    bucket, key = target["Bucket"], ""
    try:
        for key, text in results.files(bucket, target.get("Prefix") or ""):
            client.put_object(Bucket=bucket, Key=key, Body=text.encode())
    except (BotoCoreError, ClientError) as error:
        cause = f"Could not write {key} into the bucket {bucket}: {error}"
        raise failure(env, "States.ResultWriterFailed", cause, "MapRunFailed") from error
    details = {"Bucket": bucket, "Key": key}
    return {"MapRunArn": record.map_run_arn, "ResultWriterDetails": details}
