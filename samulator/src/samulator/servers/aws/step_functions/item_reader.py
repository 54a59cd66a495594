"""The ItemReader of a distributed map: it lists all objects, and fails by its own error.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.servers.aws.step_functions.failures import failure

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.item_reader_decl import (  # noqa: E501
        ItemReader,
    )
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
