"""The XML that settings come in: what is no such document is refused, not stumbled over."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.parsers.expat import ExpatError

from moto.core.request import Request

from local.aws.s3.errors import malformed_xml, not_implemented
from local.aws.s3.response import Answer, ObjectResponse

_TARGETS = {"CloudFunctionConfiguration": "functions", "EventBridgeConfiguration": "EventBridge"}


@contextmanager
def well_formed() -> Iterator[None]:
    """Around moto's parsers, which take what they look for to be there."""
    try:
        yield
    except (AssertionError, AttributeError, ExpatError, KeyError, TypeError) as error:
        raise malformed_xml() from error


class Documents(ObjectResponse):
    """moto's parsers with S3's answer to what they cannot read."""

    def _bucket_response_put(
        self, request: Request, bucket_name: str, querystring: dict[str, Any]
    ) -> str | Answer:
        with well_formed():
            return super()._bucket_response_put(request, bucket_name, querystring)

    def _tagging_from_xml(self) -> dict[str, str]:
        with well_formed():
            return super()._tagging_from_xml()

    def _acl_from_body(self) -> Any:  # noqa: ANN401 - moto's own
        with well_formed():
            return super()._acl_from_body()

    def _legal_hold_status_from_xml(self, xml: bytes) -> dict[str, Any]:
        with well_formed():
            return super()._legal_hold_status_from_xml(xml)

    def _mode_until_from_body(self) -> tuple[str | None, str | None]:
        with well_formed():
            return super()._mode_until_from_body()

    def _notification_config_from_body(self) -> dict[str, Any]:
        """Raises S3Error for a target that nothing would reach."""
        configuration = super()._notification_config_from_body()
        for name, target in _TARGETS.items():
            if name in configuration:
                raise not_implemented(
                    f"Buckets notify no {target} by this call here: declare the S3 event of a "
                    "function in the template"
                )
        return configuration
