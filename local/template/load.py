"""Reads a SAM template file and returns the application it describes."""

from collections.abc import Mapping
from pathlib import Path

from local.template.model import Application


def load_application(
    template: Path,
    *,
    parameters: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    region: str = "us-east-1",
    aws_url: str = "http://127.0.0.1:4566",
) -> Application:
    """Read `template`, resolve every intrinsic and return plain values.

    `parameters` override the template's defaults. `environment` replaces the value of variables
    that a function declares, and adds none (the rule of `sam local --env-vars`). `region` and
    `aws_url` (where S3 and SQS answer) appear in ARNs and queue URLs.

    Raises TemplateError naming the place and the cause.
    """
    raise NotImplementedError
