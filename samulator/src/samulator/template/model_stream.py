"""What a template says of a stream that a function reads: an event source mapping of its own."""

from dataclasses import dataclass

FOREVER = -1


@dataclass(frozen=True)
class StreamTrigger:
    """A stream of DynamoDB or Kinesis by its ARN, read for a function (logical id).

    `batch_size` in records, `batching_window`, `tumbling_window` (0 for none) and
    `maximum_record_age` in seconds, `starting_time` in seconds since 1970 for AT_TIMESTAMP.
    FOREVER tries again until the record is gone.
    `parallelization_factor` is the most batches of a shard that are with the function at a time.
    `filters` are event patterns as JSON, of which a record has to match one if there are any.
    `on_failure` is the ARN of who is told of records that are given up.
    """

    function: str
    stream: str
    batch_size: int = 100
    batching_window: float = 0
    starting_position: str = "TRIM_HORIZON"
    starting_time: float = 0
    maximum_retry_attempts: int = FOREVER
    maximum_record_age: float = FOREVER
    parallelization_factor: int = 1
    tumbling_window: int = 0
    bisects: bool = False
    report_batch_item_failures: bool = False
    filters: tuple[str, ...] = ()
    on_failure: str | None = None
    place: str = ""

    @property
    def is_dynamodb(self) -> bool:
        """Whether it is a table's stream; else it is one of Kinesis."""
        return self.stream.split(":")[2] == "dynamodb"

    @property
    def name(self) -> str:
        """The table or the stream of Kinesis."""
        return self.stream.split(":", 5)[5].split("/")[1]
