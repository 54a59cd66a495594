"""What a SAM template says, in plain values: intrinsics resolved, names and paths final."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from samulator.template.model_http import Api, FunctionUrl
from samulator.template.model_image import Image
from samulator.template.model_pipe import Pipe
from samulator.template.model_resource import Resource as Resource
from samulator.template.model_stream import StreamTrigger
from samulator.template.model_web_socket import WebSocketApi

# What YAML holds at one place of a template: text, number, list, map or an intrinsic.
Value: TypeAlias = Any


_DESTINATIONS = {
    "events": "EventBridge",
    "lambda": "Lambda",
    "s3": "S3",
    "sns": "SNS",
    "sqs": "SQS",
}


class TemplateError(Exception):
    """The template cannot be run here; the message is one line naming the place and the cause."""


@dataclass(frozen=True)
class Destination:
    """Where the records of invokes go, or the events that no attempt could handle."""

    arn: str

    @property
    def kind(self) -> str:
        """What a template calls its Type: "SQS", "SNS", "Lambda", "EventBridge" or "S3"."""
        service = self.arn.split(":")[2] if self.arn.count(":") >= 5 else ""
        return _DESTINATIONS.get(service, service)

    @property
    def name(self) -> str:
        """Of a queue, a topic, a function, an event bus or a bucket, without a version."""
        named = self.arn.split(":", 5)[-1].removeprefix("function:").removeprefix("event-bus/")
        return named.split(":")[0]


@dataclass(frozen=True)
class InvokeConfig:
    """How asynchronous invokes are tried, for how many seconds, and where their records go."""

    maximum_retry_attempts: int = 2
    maximum_event_age: float = 21600
    on_success: Destination | None = None
    on_failure: Destination | None = None


@dataclass(frozen=True)
class Logging:
    """What LoggingConfig says: in which format a function logs, from which level on, where to.

    `application_level` is None where the format is text, which has none; `group` is None where the
    group is the function's own.
    """

    is_json: bool = False
    application_level: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class Function:
    """One function of either kind. Times in seconds, memory in MiB (2**20 bytes).

    `name` is FunctionName (the logical id unless set), `layers` are keys of the application's.
    `versions` are the numbers of the published versions by themselves and by the aliases that
    point to them. `code_uri` is a folder or one file (.zip, .py), which may be missing;
    `inline_code` is the text of index.py where the template holds it, instead of that. With an
    `image` there is neither, and `handler` and `runtime` may be empty: its Dockerfile says them.
    `build_method` and `build_properties` are Metadata's BuildMethod and BuildProperties.
    `makes_custom_resources` is whether custom resources name it, so that a start alone calls it.
    `alias_configs` are by the version or alias that an invoke names, `dead_letter` gets events
    that no attempt could handle. `may_call_itself` is whether RecursiveLoop says Allow,
    `is_traced` whether TracingConfig says Active.
    """

    name: str
    code_uri: Path | None
    handler: str
    runtime: str
    timeout: float
    memory: int
    environment: Mapping[str, str]
    layers: tuple[str, ...] = ()
    maximum_retry_attempts: int = 2
    maximum_event_age: float = 21600
    on_success: Destination | None = None
    on_failure: Destination | None = None
    reserved_concurrency: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    inline_code: str | None = None
    image: Image | None = None
    build_method: str | None = None
    build_properties: Mapping[str, Any] = field(default_factory=dict)
    makes_custom_resources: bool = False
    alias_configs: Mapping[str, InvokeConfig] = field(default_factory=dict)
    dead_letter: Destination | None = None
    may_call_itself: bool = False
    is_traced: bool = False
    logging: Logging = field(default_factory=Logging)

    def invoke_config(self, qualifier: str | None) -> InvokeConfig:
        """Return how asynchronous invokes are tried that name this version or alias."""
        return self.alias_configs.get(qualifier or "") or InvokeConfig(
            self.maximum_retry_attempts, self.maximum_event_age, self.on_success, self.on_failure
        )


@dataclass(frozen=True)
class Layer:
    """One layer; `build_method` and `build_properties` are as a function's.

    A layer of the template has its logical id for `name` and key, and a `content_uri` (folder or
    .zip file). One that is not on this machine has none: `reference` is then its ARN or the
    s3:// URI of its content, and the key of a layer by ARN is that ARN.
    """

    name: str
    content_uri: Path | None
    build_method: str | None = None
    build_properties: Mapping[str, Any] = field(default_factory=dict)
    reference: str | None = None


@dataclass(frozen=True)
class S3Trigger:
    """A bucket notification to a function. `events` as in S3, e.g. "s3:ObjectCreated:*"."""

    name: str
    function: str
    bucket: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class SqsTrigger:
    """A queue polled for a function. `batch_size` in messages, `batching_window` in seconds.

    `maximum_concurrency` is the most batches that are with the function at a time, if limited.
    `filters` are event patterns as JSON, of which a message has to match one if there are any.
    """

    function: str
    queue: str
    batch_size: int = 10
    batching_window: float = 0
    report_batch_item_failures: bool = False
    maximum_concurrency: int | None = None
    filters: tuple[str, ...] = ()

    @property
    def is_fifo(self) -> bool:
        """Whether the queue keeps the order of each group; SQS demands the suffix."""
        return self.queue.endswith(".fifo")


@dataclass(frozen=True)
class ScheduleTrigger:
    """A rate(), cron() or at() schedule; `input` is the JSON sent, None for AWS's default event.

    `event_bridge_rule` tells a rule (Schedule) from EventBridge Scheduler (ScheduleV2), whose
    expressions are read in `timezone`. `start` and `end` are ISO 8601 dates as in the template,
    `place` is where it says them. `target` is what the template says of it where `function` is
    empty, or where its input is made of the event.
    """

    name: str
    function: str
    expression: str
    input: str | None = None
    event_bridge_rule: bool = True
    timezone: str = "UTC"
    group: str = "default"
    start: str | None = None
    end: str | None = None
    place: str = ""
    target: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bucket:
    """One AWS::S3::Bucket by its resolved name."""

    name: str
    versioned: bool = False


@dataclass(frozen=True)
class Queue:
    """One AWS::SQS::Queue; `attributes` as CreateQueue takes them, RedrivePolicy included."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Application:
    """Everything of one template, keyed by logical id.

    `resources` are all that exist, each after those that it depends on. `idle` are those that do
    nothing here although their kind does, by their logical ids, with the reason as the end of a
    sentence. `warnings` names what else this machine leaves out, one line each.
    """

    functions: Mapping[str, Function]
    layers: Mapping[str, Layer]
    buckets: Mapping[str, Bucket]
    queues: Mapping[str, Queue]
    s3_triggers: tuple[S3Trigger, ...] = ()
    sqs_triggers: tuple[SqsTrigger, ...] = ()
    stream_triggers: tuple[StreamTrigger, ...] = ()
    schedules: tuple[ScheduleTrigger, ...] = ()
    pipes: tuple[Pipe, ...] = ()
    warnings: tuple[str, ...] = ()
    region: str = "us-east-1"
    resources: Mapping[str, Resource] = field(default_factory=dict)
    apis: tuple[Api, ...] = ()
    function_urls: tuple[FunctionUrl, ...] = ()
    web_socket_apis: tuple[WebSocketApi, ...] = ()
    idle: Mapping[str, str] = field(default_factory=dict)
