"""The ItemReader of a distributed map: it lists all objects, and fails by its own error.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.servers.aws.step_functions.failures import failure
from samulator.servers.aws.step_functions.item_forms import items_of

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.item_reader_decl import (  # noqa: E501
        ItemReader,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
    from moto.stepfunctions.parser.asl.eval.environment import Environment

# Objects of another kind than they are said to be raise the others.
_UNREADABLE = (BotoCoreError, ClientError, LookupError, StopIteration, ValueError)


def read_items_as_the_service_does() -> None:
    """Change moto's interpreter."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval.resource_eval_s3 import (  # noqa: E501
        ResourceEvalS3,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.item_reader_decl import (  # noqa: E501
        ItemReader,
    )

    read = ItemReader._eval_body

    def or_fail(reader: ItemReader, env: "Environment") -> None:
        try:
            read(reader, env)
        except _UNREADABLE as error:
            cause = f"{_source(reader)}: {error}"
            raise failure(env, "States.ItemReaderFailed", cause, "MapRunFailed") from error

    def listed(env: "Environment", part: Any, credentials: Any) -> None:  # noqa: ANN401 - moto's
        client = ResourceEvalS3._get_s3_client(part, credentials)
        pages = client.get_paginator("list_objects_v2").paginate(**env.stack.pop())
        env.stack.append([_item(each) for page in pages for each in page.get("Contents", ())])

    ItemReader._eval_body = or_fail  # type: ignore[method-assign, assignment]
    ResourceEvalS3._handle_list_objects_v2 = staticmethod(listed)  # type: ignore[method-assign, assignment]


def read_by(state: "StateMap", config: Mapping[str, Any]) -> None:
    """Have the ItemReader of a map read its object by a ReaderConfig that was hidden from moto."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval.resource_output_transformer.transformer import (  # noqa: E501
        ResourceOutputTransformer,
    )
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    class Items(ResourceOutputTransformer):
        def _eval_body(self, env: "Environment") -> None:
            most: int = env.stack.pop()["MaxItemsValue"]
            text: str = env.stack.pop()
            region = env.aws_execution_details.region
            client: Any = boto_client_for(region=region, service="s3")

            def fetch(bucket: str, key: str) -> bytes:
                body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
                return body

            env.stack.append([*itertools.islice(items_of(text, config, fetch), most)])

    if state.item_reader is not None:
        state.item_reader.resource_output_transformer = Items()


def _source(reader: "ItemReader") -> str:
    return f"The ItemReader could not read by {reader.resource.api_action}"


def _item(listed: dict[str, Any]) -> dict[str, Any]:
    """An object as the service hands it to a child."""
    return {
        "Etag": listed["ETag"],
        "Key": listed["Key"],
        "LastModified": listed["LastModified"].timestamp(),
        "Size": listed["Size"],
        "StorageClass": listed.get("StorageClass", "STANDARD"),
    }
